/* A receive that is told to wait before it tries sees what is there already: what came while nobody
 * waited, an end behind the last bytes, the next datagram, what follows an urgent byte. */
#include "epoll_test.h"

static struct sl_ring ring;
static char bytes[64];

static struct sl_op waiting_first(int fd)
{
    struct sl_op op = receiving(fd, bytes, sizeof bytes);

    op.priority = IORING_RECVSEND_POLL_FIRST;
    return op;
}

/* The next receive's result, which must be there soon. */
static int32_t next(int fd)
{
    struct sl_op op = waiting_first(fd);
    int64_t began = sl_sys.clock_now();
    int32_t result = result_of(&ring, &op);

    if (sl_test_timed())
        assert_true(sl_sys.clock_now() - began < SL_EPOLL_DOUBT_NS);
    return result;
}

static void look(void)
{
    struct sl_op op = nop();

    result_of(&ring, &op);
    ring.class->turn(&ring, 1000000);
}

static void sends(int fd, const char *text, int flags)
{
    assert_int_equal(send(fd, text, strlen(text), flags), strlen(text));
}

static struct sl_op polling(int fd, unsigned events)
{
    struct sl_op op = nop();

    op.opcode = IORING_OP_POLL_ADD;
    op.fd = fd;
    op.flags = events;
    return op;
}

/* In a state in which the ring has found it empty. */
static void empty(const int ends[2])
{
    struct sl_op op = waiting_first(ends[0]);

    completions = 0;
    submit(&ring, &op);
    ring.class->turn(&ring, 0);
    sends(ends[1], "a", 0);
    turn_until(&ring, 1);
    assert_int_equal(op.result, 1);
}

TEST_PLAIN(epoll_waits_first)
{
    struct sl_op other;
    uint64_t enters;
    int ends[2];

    open_epoll(&ring);
    new_connection(ends);
    empty(ends);
    sends(ends[1], "bc", 0);
    look(); /* the event comes while nobody waits for it */
    assert_int_equal(next(ends[0]), 2);
    sends(ends[1], "d", 0);
    assert_int_equal(next(ends[0]), 1);

    /* Who polls for something else finds nothing, and does not speak for it. */
    for (int i = 0; i < 3; i++) {
        sends(ends[1], "d", 0);
        look();
        other = polling(ends[0], POLLPRI);
        submit(&ring, &other);
        look();
        ring.class->cancel(&ring, &other);
        completions = 0;
        turn_until(&ring, 1);
        assert_int_equal(other.result, -ECANCELED);
        assert_int_equal(next(ends[0]), 1);
    }

    /* Once it is empty nothing is tried. */
    other = waiting_first(ends[0]);
    enters = ring.enters;
    submit(&ring, &other);
    ring.class->turn(&ring, 0);
    assert_true(ring.enters <= enters + 1); /* a look */
    ring.class->cancel(&ring, &other);
    completions = 0;
    turn_until(&ring, 1);
    assert_int_equal(other.result, -ECANCELED);

    sends(ends[1], "e", 0);
    sends(ends[1], "u", MSG_OOB);
    sends(ends[1], "fg", 0);
    look();
    assert_int_equal(next(ends[0]), 1); /* it ends before the urgent byte */
    assert_int_equal(next(ends[0]), 2);

    sends(ends[1], "h", 0);
    look();
    shutdown(ends[1], SHUT_WR); /* after the event, before the receive: one of its own */
    assert_int_equal(next(ends[0]), 1);
    assert_int_equal(next(ends[0]), 0);
    assert_int_equal(next(ends[0]), 0);

    new_connection(ends);
    empty(ends);
    sends(ends[1], "i", 0);
    shutdown(ends[1], SHUT_WR); /* before the event, which tells of both */
    look();
    assert_int_equal(next(ends[0]), 1);
    assert_int_equal(next(ends[0]), 0);

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    empty(ends);
    for (int i = 0; i < 3; i++)
        sends(ends[1], "datagram", 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(next(ends[0]), 8);
    sl_ring_close(&ring);
}
