/* A worker that keeps free stacks promises these before it buys address space, but for the last
 * batch: this one stays hot. */
#include "check.h"

#include "fiber/depot.h"
#include "os/sys.h"

enum { CLASS = 4, A_SLAB = 256, BATCH = 32 };

static unsigned maps;
static void *(*real_map)(size_t bytes);

static void *map(size_t bytes)
{
    maps++;
    return real_map(bytes);
}

TEST_PLAIN(free_stacks_at_hand_come_before_a_slab)
{
    static struct sl_stack *stacks[A_SLAB];
    struct sl_stacks_depot depot;
    struct sl_stacks own = {0};

    real_map = sl_sys.map;
    sl_sys.map = map;
    sl_stacks_depot_open(&depot);
    sl_stacks_share(&own, &depot);
    for (int i = 0; i < A_SLAB; i++)
        assert_int_equal(sl_stacks_promise(&own, CLASS), 0);
    for (int i = 0; i < A_SLAB; i++)
        stacks[i] = sl_stacks_bind_shared(&own, CLASS);
    for (int i = 0; i < A_SLAB; i++)
        sl_stacks_give_shared(&own, stacks[i]);
    assert_ptr_equal(own.classes[CLASS].hot, stacks[A_SLAB - 1]);
    assert_non_null(own.shares[CLASS].spare);
    for (int i = 0; i < A_SLAB - BATCH; i++)
        assert_int_equal(sl_stacks_promise(&own, CLASS), 0);
    assert_int_equal(maps, 1);
    assert_null(own.shares[CLASS].spare);
    assert_ptr_equal(own.classes[CLASS].hot, stacks[A_SLAB - 1]);
    assert_int_equal(sl_stacks_promise(&own, CLASS), 0);
    assert_int_equal(maps, 2);
    for (int i = 0; i < A_SLAB - BATCH + 1; i++)
        sl_stacks_unpromise_shared(&own, CLASS);
    sl_stacks_close(&own);
    assert_int_equal(depot.stores[CLASS].class.credits, 2 * A_SLAB);
    sl_stacks_depot_close(&depot);
    sl_sys.map = real_map;
}
