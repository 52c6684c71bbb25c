/* A turn that has nothing to do makes no system call, and one with work makes one (on epoll one for
 * each operation). */
#include "ring_test.h"

TEST_PLAIN(idle_costs_nothing)
{
    struct sl_ring ring;
    struct sl_op ops[32];
    uint64_t before;

    if (sl_test_simulated())
        SKIP("the simulated ring looks at everything in each turn");
    open_ring(&ring, 64);
    ring.class->turn(&ring, 0); /* arms the doorbell */
    before = ring.enters;
    for (int i = 0; i < 100; i++) {
        assert_false(ring.class->pending(&ring));
        assert_int_equal(ring.class->turn(&ring, 0), 0);
    }
    assert_int_equal(ring.enters, before);

    for (int i = 0; i < 32; i++) {
        ops[i] = nop();
        submit(&ring, &ops[i]);
    }
    assert_true(ring.class->pending(&ring));
    assert_int_equal(ring.in_flight, 32);
    assert_int_equal(ring.class->turn(&ring, 0), 0);
    assert_int_equal(completions, 32);
    assert_int_equal(ring.in_flight, 0);
    if (!sl_test_epoll())
        assert_int_equal(ring.enters, before + 1);
    sl_ring_close(&ring);
}
