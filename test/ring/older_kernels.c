/* Kernels that know fewer flags, no registered rings, no cancel by descriptor: all works. */
#include "ring_test.h"

static struct sl_sys real;
static unsigned unknown;
static bool no_registration;

static int setup(unsigned entries, struct io_uring_params *params)
{
    return params->flags & unknown ? -EINVAL : real.ring_setup(entries, params);
}

static int registration(int fd, unsigned opcode, void *arg, unsigned n)
{
    if (no_registration && opcode == IORING_REGISTER_RING_FDS)
        return -EINVAL;
    return real.ring_register(fd, opcode, arg, n);
}

/* Reads, cancels one by one and by descriptor, and wakes by doorbell. */
static void works(unsigned flags, bool by_fd)
{
    struct sl_ring ring;
    struct uring *uring;
    struct sl_op ops[20];
    char bytes[20];
    int ends[2], other[2];

    open_ring(&ring, 8);
    uring = ring.state;
    assert_int_equal(uring->setup_flags & unknown, 0);
    assert_int_equal(uring->setup_flags & flags, flags);
    assert_int_equal(uring->registered, !no_registration);
    assert_true(uring->cancels_by_fd);
    if (!by_fd) {
        ring.class->turn(&ring, 0);
        uring->cancels_by_fd = false; /* as an older kernel's answer would */
    }
    new_pipe(ends);
    new_pipe(other);
    for (int i = 0; i < 20; i++) {
        ops[i] = reading(i < 10 ? ends[0] : other[0], &bytes[i], 1);
        submit(&ring, &ops[i]);
    }
    completions = 0;
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_until(&ring, 1);
    ring.class->cancel_fd(&ring, ends[0]);
    turn_until(&ring, 10);
    ring.class->cancel(&ring, &ops[15]);
    turn_until(&ring, 11);
    assert_int_equal(ops[15].result, -ECANCELED);
    assert_int_equal(ops[16].state, SL_OP_QUEUED);
    while (ring.class->turn(&ring, 1000000) == 0)
        ;
    sl_ring_ring(&ring);
    assert_int_equal(ring.class->turn(&ring, 5000000000), 0);
    sl_ring_close(&ring); /* cancels the other nine */
    assert_int_equal(completions, 20);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(other[i]);
    }
}

TEST_PLAIN(older_kernels)
{
    need_uring();
    if (sl_test_older())
        SKIP("plays older kernels itself");
    real = sl_sys;
    sl_sys.ring_setup = setup;
    sl_sys.ring_register = registration;
    works(0, true);
    unknown = IORING_SETUP_DEFER_TASKRUN;
    works(IORING_SETUP_COOP_TASKRUN, true);
    unknown |= IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    works(IORING_SETUP_SUBMIT_ALL, true);
    no_registration = true;
    unknown |= IORING_SETUP_SUBMIT_ALL;
    works(0, false);
}
