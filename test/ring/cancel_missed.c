/* The kernel misses a request to cancel, as 6.1 does when one of its threads is about to take the
 * operation: it is asked for again, on a ring that waits and on one that is never idle. */
#include "ring_test.h"

static struct sl_sys real;
static struct uring *uring;
static int missed;

static int enter(int fd, unsigned submitted, unsigned complete, unsigned flags, const void *arg,
                 size_t size)
{
    for (unsigned i = *uring->sq_head; i != uring->tail; i++) {
        struct io_uring_sqe *sqe = &uring->sqes[i & uring->sq_mask];

        if (sqe->opcode == IORING_OP_ASYNC_CANCEL && missed-- > 0)
            sqe->opcode = IORING_OP_NOP;
    }
    return real.ring_enter(fd, submitted, complete, flags, arg, size);
}

static void cancels(struct sl_ring *ring, bool by_fd, bool busy)
{
    struct sl_op op, other = nop();
    char byte;
    int ends[2];

    new_pipe(ends);
    op = reading(ends[0], &byte, 1);
    submit(ring, &op);
    ring->class->turn(ring, 0);
    missed = 2;
    if (by_fd)
        ring->class->cancel_fd(ring, ends[0]);
    else
        ring->class->cancel(ring, &op);
    for (int i = 0; op.state != SL_OP_IDLE && i < 5000000; i++) {
        if (busy && other.state == SL_OP_IDLE)
            submit(ring, &other);
        ring->class->turn(ring, busy ? 0 : 1000000000);
    }
    assert_int_equal(op.state, SL_OP_IDLE);
    assert_true(op.result == -ECANCELED || op.result == -EINTR);
    while (other.state != SL_OP_IDLE)
        ring->class->turn(ring, 1000000);
    assert_true(sl_list_empty(&uring->asked));
    close(ends[0]);
    close(ends[1]);
}

TEST_PLAIN(a_missed_cancel_is_asked_for_again)
{
    struct sl_ring ring;

    need_uring();
    open_ring(&ring, 8);
    uring = ring.state;
    real = sl_sys;
    sl_sys.ring_enter = enter;
    for (int i = 0; i < 4; i++)
        cancels(&ring, i & 1, i & 2);
    uring->cancels_by_fd = false; /* as an older kernel's answer would */
    for (int i = 0; i < 4; i++)
        cancels(&ring, i & 1, i & 2);
    sl_sys = real;
    sl_ring_close(&ring);
}
