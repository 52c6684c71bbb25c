/* The three kinds of ring give the same results for the same operations, by seed: on sockets,
 * pipes, a FIFO, files, listeners, devices and closed numbers. Where poll(2) says that an
 * operation would wait it is cancelled.
 *
 * io_uring and epoll are compared to the byte. The simulated ring, which cuts what is longer, with
 * transfers of one byte each. */
#include "epoll_test.h"

#include "base/rng.h"
#include "os/plain.h"
#include "ring/perform.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { STEPS = 150, NUMBERS = 17, SOCKETS = 6, LISTENER = 9, ROOM = 3000 };

static const uint8_t opcodes[] = {
    IORING_OP_RECV,    IORING_OP_SEND,  IORING_OP_READ,     IORING_OP_WRITE,
    IORING_OP_ACCEPT,  IORING_OP_POLL_ADD, IORING_OP_CONNECT, IORING_OP_OPENAT,
    IORING_OP_FSYNC,   IORING_OP_NOP,
};

struct outcome {
    uint8_t opcode;
    int number, result;
    uint32_t sum; /* of what was received */
};

static struct outcome outcomes[3][STEPS];
static int numbers[NUMBERS];
static char buffer[ROOM];
static struct sockaddr_in at;
static struct sockaddr_un nowhere = {.sun_family = AF_UNIX, .sun_path = "/nowhere/at/all"};

static int new_file(void)
{
    char name[] = "/tmp/sley-agree-XXXXXX";
    int file = mkstemp(name);

    assert_true(file >= 0);
    unlink(name);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(file, "0123456789", 10), 10);
    assert_int_equal(lseek(file, 500, SEEK_SET), 500);
    return file;
}

/* Which nobody has opened for writing. */
static int new_fifo(void)
{
    char name[] = "/tmp/sley-agree-XXXXXX";
    int fifo;

    assert_non_null(mkdtemp(name));
    assert_int_equal(rmdir(name), 0);
    assert_int_equal(mkfifo(name, 0600), 0);
    fifo = open(name, O_RDONLY | O_NONBLOCK);
    assert_true(fifo >= 0);
    unlink(name);
    sl_plain_nonblocking(fifo, false);
    return fifo;
}

static void make_numbers(void)
{
    socklen_t length = sizeof at;
    int ends[2], listener = socket(AF_INET, SOCK_STREAM, 0), n = 0;

    at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &length), 0);
    new_connection(ends);
    numbers[n++] = ends[0];
    numbers[n++] = ends[1];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    numbers[n++] = ends[0];
    numbers[n++] = ends[1];
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    numbers[n++] = ends[0];
    numbers[n++] = ends[1];
    new_pipe(ends);
    numbers[n++] = ends[0];
    numbers[n++] = ends[1];
    numbers[n++] = new_fifo();
    assert_int_equal(n, LISTENER);
    numbers[n++] = listener;
    numbers[n++] = new_file();
    numbers[n++] = open("/dev/null", O_RDWR);
    numbers[n++] = open("/tmp", O_RDONLY | O_DIRECTORY);
    numbers[n++] = eventfd(3, 0);
    numbers[n++] = open("/dev/zero", O_RDONLY);
    numbers[n++] = socket(AF_INET, SOCK_STREAM, 0); /* never connected but by connect */
    numbers[n++] = 1000; /* nobody's */
    assert_int_equal(n, NUMBERS);
}

static uint64_t word_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static struct sl_op random_op(struct sl_rng *rng, int number, bool one_byte)
{
    static const char *const paths[] = {"/dev/null", "/nowhere/at/all", "/tmp", "/proc/self/stat"};
    uint64_t length = one_byte ? 1 : 1 + sl_rng_below(rng, ROOM), other = sl_rng_below(rng, 2);
    struct sl_op op = nop();

    op.opcode = opcodes[sl_rng_below(rng, sizeof opcodes)];
    op.fd = numbers[number];
    if (sl_op_receives(&op) || sl_op_sends(&op)) {
        op.address = word_of(buffer);
        op.length = (uint32_t)length;
    }
    switch (op.opcode) {
    case IORING_OP_RECV:
        if (other && number < SOCKETS && !sl_test_older()) /* as sl_ring.polls_first says */
            op.priority = IORING_RECVSEND_POLL_FIRST;
        break;
    case IORING_OP_SEND:
        op.flags = MSG_NOSIGNAL;
        break;
    case IORING_OP_READ:
    case IORING_OP_WRITE:
        op.offset = other ? UINT64_MAX : sl_rng_below(rng, 2000);
        break;
    case IORING_OP_ACCEPT:
        op.flags = SOCK_CLOEXEC;
        break;
    case IORING_OP_POLL_ADD:
        op.flags = other ? POLLIN : POLLOUT;
        break;
    case IORING_OP_CONNECT:
        op.address = other ? word_of(&at) : word_of(&nowhere);
        op.offset = other ? sizeof at : sizeof nowhere;
        break;
    case IORING_OP_OPENAT:
        op.fd = AT_FDCWD;
        op.address = word_of(paths[sl_rng_below(rng, 4)]);
        op.flags = O_CLOEXEC | (other ? O_RDONLY : O_WRONLY);
        break;
    default:
        break;
    }
    return op;
}

static bool would_wait(const struct sl_op *op)
{
    struct pollfd poll = {.fd = op->fd, .events = sl_perform_events(op)};

    return poll.events && sl_plain_poll(&poll, 1, 0) == 0;
}

static void run_step(struct sl_ring *ring, struct sl_op op, struct outcome *outcome)
{
    bool waits = would_wait(&op);
    uint64_t word = 1;

    for (unsigned i = 0; i < ROOM; i++)
        buffer[i] = (char)(i * 31);
    memcpy(buffer, &word, sizeof word); /* what an eventfd takes */
    do {
        op.state = SL_OP_IDLE;
        completions = 0;
        submit(ring, &op);
        ring->class->turn(ring, 0);
        if (waits && op.state != SL_OP_IDLE)
            ring->class->cancel(ring, &op);
        turn_until(ring, 1);
    } while (op.result == -EINTR); /* the simulated ring's accident */
    *outcome = (struct outcome){.opcode = op.opcode, .result = op.result};
    if (op.opcode == IORING_OP_ACCEPT || op.opcode == IORING_OP_OPENAT) {
        if (op.result >= 0)
            close(op.result);
        outcome->result = op.result < 0 ? op.result : 0;
    } else if (sl_op_receives(&op)) {
        for (int i = 0; i < op.result; i++)
            outcome->sum = outcome->sum * 33 + (unsigned char)buffer[i];
    }
}

static void run(const struct sl_ring_class *class, uint64_t seed, bool one_byte,
                struct outcome *outcome)
{
    struct sl_rng rng = {seed};
    struct sl_ring ring;

    assert_int_equal(sl_ring_open(&ring, class, 8, seed), 0);
    make_numbers();
    for (int i = 0; i < STEPS; i++) {
        int number = (int)sl_rng_below(&rng, NUMBERS);

        run_step(&ring, random_op(&rng, number, one_byte), &outcome[i]);
        outcome[i].number = number;
    }
    sl_ring_close(&ring);
    for (int i = 0; i < NUMBERS - 1; i++)
        close(numbers[i]);
}

/* An error that the simulated ring would find when it tries, which it does after poll(2). */
static bool is_late(const struct outcome *a, const struct outcome *b)
{
    return a->result < 0 && b->result == -ECANCELED;
}

/* That a listener cannot be read Linux 6.1's io_uring says at once; a later one waits first, as
 * poll(2) says. */
static bool is_early(const struct outcome *a, const struct outcome *b)
{
    return a->number == LISTENER && a->result == -ECANCELED && b->result == -ENOTCONN;
}

static void compare(const struct outcome *a, const struct outcome *b, uint64_t seed,
                    const struct sl_ring_class *class)
{
    for (int i = 0; i < STEPS; i++) {
        if (a[i].result == b[i].result && a[i].sum == b[i].sum)
            continue;
        if (class == &sl_ring_simulated ? is_late(&a[i], &b[i]) : is_early(&a[i], &b[i]))
            continue;
        sl_test_failed(__FILE__, __LINE__, "seed %d, step %d, opcode %d on %d: %d, %s %d",
                       (int)seed, i, a[i].opcode, a[i].number, a[i].result, class->name,
                       b[i].result);
        return;
    }
}

TEST_PLAIN(classes_agree)
{
    struct sl_ring ring;
    uint64_t seeds = (uint64_t)sl_test_setting("SEEDS", 12);
    bool uring = sl_ring_open(&ring, &sl_ring_uring, 8, 1) == 0;

    if (uring)
        sl_ring_close(&ring);
    undisturbed();
    signal(SIGPIPE, SIG_IGN);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run(&sl_ring_epoll, seed, true, outcomes[0]);
        run(&sl_ring_simulated, seed, true, outcomes[1]);
        compare(outcomes[0], outcomes[1], seed, &sl_ring_simulated);
        if (!uring)
            continue;
        run(&sl_ring_uring, seed, true, outcomes[2]);
        compare(outcomes[0], outcomes[2], seed, &sl_ring_uring);
        run(&sl_ring_epoll, seed, false, outcomes[0]);
        run(&sl_ring_uring, seed, false, outcomes[2]);
        compare(outcomes[0], outcomes[2], seed, &sl_ring_uring);
    }
}
