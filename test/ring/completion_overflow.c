/* More completions than the completion queue has room for: none is lost. */
#include "ring_test.h"

#define MANY 500

static struct sl_op ops[MANY];

TEST_PLAIN(completion_overflow)
{
    struct sl_ring ring;
    const struct uring *uring;

    need_uring();
    open_ring(&ring, 4);
    uring = ring.state;
    assert_true(uring->cq_mask + 1 < MANY / 8);
    for (int i = 0; i < MANY; i++) {
        ops[i] = nop();
        submit(&ring, &ops[i]); /* enters when the queue is full, and never reaps */
    }
    assert_true(*uring->sq_flags & IORING_SQ_CQ_OVERFLOW);
    assert_true(ring.class->pending(&ring));
    ring.thorough = true;
    for (int i = 0; i < MANY && ring.class->pending(&ring); i++)
        ring.class->turn(&ring, 0); /* never waits: the flag alone must bring it here */
    assert_int_equal(completions, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(ops[i].result, 0);
    sl_ring_close(&ring);
}
