/* Descriptors that block do not block the ring, also where somebody else was quicker; and their
 * flags are what they were, but for listeners. */
#include "epoll_test.h"

#include <sys/eventfd.h>

enum { RINGS = 2 };

static struct sl_ring rings[RINGS];

/* Both rings wait for the one thing that comes: one gets it, and the other goes on waiting. */
static void one_of(struct sl_op *ops, void (*give)(int fd), int fd)
{
    int got = 0;

    completions = 0;
    for (int i = 0; i < RINGS; i++) {
        submit(&rings[i], &ops[i]);
        rings[i].class->turn(&rings[i], 0);
        assert_int_equal(ops[i].state, SL_OP_QUEUED);
    }
    give(fd);
    for (int i = 0; i < RINGS; i++)
        rings[i].class->turn(&rings[i], 20000000);
    assert_int_equal(completions, 1);
    for (int i = 0; i < RINGS; i++) {
        got += ops[i].state == SL_OP_IDLE && ops[i].result >= 0;
        rings[i].class->cancel(&rings[i], &ops[i]);
        rings[i].class->turn(&rings[i], 0);
        assert_int_equal(ops[i].state, SL_OP_IDLE);
    }
    assert_int_equal(got, 1);
}

static void write_one(int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
}

static void count_one(int fd)
{
    static const uint64_t one = 1;

    assert_int_equal(write(fd, &one, sizeof one), sizeof one);
}

static struct sockaddr_in at = {.sin_family = AF_INET};

static void connect_one(int fd)
{
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
}

static bool blocks(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static void full_pipe(void)
{
    static char page[65536];
    struct sl_op op;
    int ends[2];

    new_pipe(ends);
    assert_int_equal(write(ends[1], page, sizeof page), sizeof page);
    op = reading(ends[1], page, 4096);
    op.opcode = IORING_OP_WRITE;
    completions = 0;
    submit(&rings[0], &op);
    rings[0].class->turn(&rings[0], 1000000);
    assert_int_equal(op.state, SL_OP_QUEUED);
    assert_int_equal(read(ends[0], page, 8192), 8192);
    turn_until(&rings[0], 1);
    assert_int_equal(op.result, 4096);
    assert_true(blocks(ends[1]));
}

TEST_PLAIN(epoll_blocking)
{
    socklen_t length = sizeof at;
    struct sl_op ops[RINGS];
    uint64_t words[RINGS];
    int ends[2], fd;

    for (int i = 0; i < RINGS; i++)
        open_epoll(&rings[i]);
    new_pipe(ends);
    for (int i = 0; i < RINGS; i++)
        ops[i] = reading(ends[0], &words[i], 1);
    one_of(ops, write_one, ends[1]);
    assert_true(blocks(ends[0]));

    fd = eventfd(0, 0);
    for (int i = 0; i < RINGS; i++)
        ops[i] = reading(fd, &words[i], sizeof words[i]);
    one_of(ops, count_one, fd);
    assert_true(blocks(fd));

    fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    for (int i = 0; i < RINGS; i++) {
        ops[i] = nop();
        ops[i].opcode = IORING_OP_ACCEPT;
        ops[i].fd = fd;
    }
    one_of(ops, connect_one, socket(AF_INET, SOCK_STREAM, 0));
    assert_true(!blocks(fd)); /* other processes may accept from it, who have not our lock */

    full_pipe();
    for (int i = 0; i < RINGS; i++)
        sl_ring_close(&rings[i]);
}
