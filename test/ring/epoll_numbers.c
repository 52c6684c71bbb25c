/* A registration outlives what it was made for: numbers that were closed, told of or not, and are
 * another file's; files that live on under another number. */
#include "epoll_test.h"

#include "ring/number.h"

static struct sl_ring ring;
static char byte;

/* Leaves a registration of ends[0]. */
static void use(const int ends[2])
{
    struct sl_op op = reading(ends[0], &byte, 1);

    completions = 0;
    submit(&ring, &op);
    ring.class->turn(&ring, 0);
    assert_int_equal(op.state, SL_OP_QUEUED);
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_until(&ring, 1);
    assert_int_equal(op.result, 1);
}

static int64_t ms_of_use(const int ends[2])
{
    int64_t began = sl_sys.clock_now();

    use(ends);
    return (sl_sys.clock_now() - began) / 1000000;
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* Another number has the same counter, and a new life: one side of a connection is registered
 * anew, for the sake of who sends, and who receives there waits on. */
static void two_sides(void)
{
    static char much[1 << 16];
    struct sl_op receives, sends;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    receives = receiving(ends[0], &byte, 1);
    submit(&ring, &receives);
    ring.class->turn(&ring, 0);
    while (send(ends[0], much, sizeof much, MSG_DONTWAIT) > 0)
        ;
    sl_number_renew(ends[0] + SL_NUMBER_LIVES);
    sends = receiving(ends[0], much, 1);
    sends.opcode = IORING_OP_SEND;
    submit(&ring, &sends);
    for (int i = 0; i < 3; i++)
        ring.class->turn(&ring, 100000);
    assert_int_equal(sends.state, SL_OP_QUEUED);
    completions = 0;
    assert_int_equal(send(ends[1], "x", 1, 0), 1);
    turn_until(&ring, 1);
    assert_int_equal(receives.result, 1);
    while (recv(ends[1], much, sizeof much, MSG_DONTWAIT) > 0)
        ;
    turn_until(&ring, 2);
    assert_int_equal(sends.result, 1);
    sl_number_renew(ends[0]);
    close_both(ends);
}

TEST_PLAIN(epoll_numbers)
{
    int ends[2], again[2], kept;
    uint64_t enters;

    open_epoll(&ring);
    two_sides();
    new_pipe(ends);
    use(ends);
    enters = ring.enters;
    use(ends);
    assert_true(ring.enters - enters <= 4); /* tried, looked, looked, tried: nothing registered */

    /* Told: it is registered anew at once. */
    sl_number_renew(ends[0]);
    close_both(ends);
    new_pipe(again);
    assert_int_equal(again[0], ends[0]);
    assert_true(ms_of_use(again) < 20 || !sl_test_timed());

    /* Not told: it is found out. */
    close_both(again);
    new_pipe(ends);
    assert_int_equal(again[0], ends[0]);
    assert_true(ms_of_use(ends) < 2000);

    /* The old file lives on: its events are nobody's, its number is another file's. */
    kept = dup(ends[0]);
    sl_number_renew(ends[0]);
    close(ends[0]);
    again[0] = dup(0); /* the number is taken */
    assert_int_equal(again[0], ends[0]);
    close(again[0]);
    assert_int_equal(pipe2(again, O_CLOEXEC), 0);
    assert_int_equal(again[0], ends[0]);
    {
        struct sl_op op = reading(again[0], &byte, 1);

        completions = 0;
        submit(&ring, &op);
        assert_int_equal(write(ends[1], "x", 1), 1);
        for (int i = 0; i < 3; i++)
            ring.class->turn(&ring, 1000000);
        assert_int_equal(completions, 0);
        assert_int_equal(write(again[1], "y", 1), 1);
        turn_until(&ring, 1);
        assert_int_equal(byte, 'y');
    }
    /* And comes back to its number, where it is registered already. */
    sl_number_renew(again[0]);
    assert_int_equal(dup2(kept, again[0]), again[0]);
    ends[0] = again[0];
    assert_int_equal(read(kept, &byte, 1), 1);
    use(ends);

    /* A number that is closed under an operation, which nobody told: it ends. */
    {
        struct sl_op op = reading(ends[0], &byte, 1);

        submit(&ring, &op);
        ring.class->turn(&ring, 0);
        close(kept);
        close(ends[0]);
        completions = 0;
        turn_until(&ring, 1);
        assert_int_equal(op.result, -EBADF);
    }
    sl_ring_close(&ring);
}
