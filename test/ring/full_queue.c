/* A ring of 4 entries takes hundreds of operations, and hundreds of cancels at once. */
#include "ring_test.h"

#define MANY 400

static struct sl_op ops[MANY];
static char bytes[MANY];

TEST_PLAIN(full_queue)
{
    struct sl_ring ring;
    int ends[2], cancelled = 0, got = 0;

    open_ring(&ring, 4);
    new_pipe(ends);
    for (int i = 0; i < MANY; i++) {
        ops[i] = reading(ends[0], &bytes[i], 1);
        submit(&ring, &ops[i]);
    }
    assert_int_equal(completions, 0); /* never inside submit */
    assert_int_equal(ring.in_flight, MANY);
    ring.class->turn(&ring, 0);
    for (int i = 0; i < MANY; i += 2)
        ring.class->cancel(&ring, &ops[i]);
    while (write(ends[1], "0123456789", 10) == 10 && ++got < MANY / 10)
        ;
    turn_until(&ring, MANY);
    got = 0;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(ops[i].state, SL_OP_IDLE);
        cancelled += ops[i].result == -ECANCELED;
        got += ops[i].result == 1;
        if (i % 2)
            assert_int_not_equal(ops[i].result, -ECANCELED);
    }
    /* The simulated ring may interrupt some. */
    assert_true(sl_test_simulated() ? cancelled + got <= MANY : cancelled + got == MANY);
    assert_true(cancelled > 0);
    assert_int_equal(ring.in_flight, 0);
    sl_ring_close(&ring);
}
