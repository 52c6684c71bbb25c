/* The kernel takes nothing for a while: operations and cancels wait in order, and none is lost. */
#include "ring_test.h"

static struct sl_sys real;
static bool refuse;
static int order[16], ended;
static struct sl_op ops[16];

static int enter(int fd, unsigned submitted, unsigned complete, unsigned flags, const void *arg,
                 size_t size)
{
    if (refuse && submitted)
        return -EAGAIN;
    return real.ring_enter(fd, submitted, complete, flags, arg, size);
}

static void remember(struct sl_ring *ring, struct sl_op *op)
{
    (void)ring;
    order[ended++] = (int)(op - ops);
    completions++;
}

TEST_PLAIN(no_room_in_kernel)
{
    struct sl_ring ring;
    char bytes[16];
    int ends[2];

    need_uring();
    real = sl_sys;
    sl_sys.ring_enter = enter;
    open_ring(&ring, 4);
    ring.class->turn(&ring, 0);
    new_pipe(ends);
    for (int i = 0; i < 4; i++) {
        ops[i] = reading(ends[0], &bytes[i], 1);
        ops[i].complete = remember;
        submit(&ring, &ops[i]);
    }
    ring.class->turn(&ring, 0); /* four in flight */
    refuse = true;
    for (int i = 4; i < 16; i++) {
        ops[i] = nop();
        ops[i].complete = remember;
        submit(&ring, &ops[i]);
    }
    assert_int_equal(ops[7].state, SL_OP_QUEUED);
    assert_int_equal(ops[8].state, SL_OP_WAITING);
    for (int i = 0; i < 3; i++)
        ring.class->turn(&ring, 0); /* in vain */
    ring.class->cancel(&ring, &ops[12]); /* waits: ends without the kernel, but not at once */
    ring.class->cancel(&ring, &ops[2]);  /* in flight: no room for the request */
    assert_int_equal(ops[12].state, SL_OP_ENDED);
    assert_int_equal(ops[2].state, SL_OP_WANTED);
    assert_int_equal(completions, 0);
    assert_true(ring.class->pending(&ring));
    ring.class->turn(&ring, 0);
    assert_int_equal(completions, 1);
    assert_int_equal(ops[12].result, -ECANCELED);
    ring.class->cancel_fd(&ring, ends[1]); /* also waits; hits nothing of ends[0]'s file: a pipe
                                              has one file per end */
    refuse = false;
    turn_until(&ring, 13); /* 4...15, and 2 */
    assert_int_equal(ops[2].result, -ECANCELED);
    for (int i = 1, last = 3; i < ended; i++) {
        if (order[i] == 2)
            continue;
        assert_true(order[i] > last);
        last = order[i];
    }
    assert_int_equal(ring.in_flight, 3);
    sl_ring_close(&ring);
    assert_int_equal(completions, 16);
}
