/* One worker promises for ever, another binds and gives: credits come back through the depot, and
 * no more stacks exist than are promised at a time, and a few batches. */
#include "check.h"

#include "base/atomic.h"
#include "fiber/depot.h"
#include "os/sys.h"

#include <pthread.h>
#include <sched.h>

enum { CLASS = 4, WAITING = 100 };

static struct sl_stacks_depot depot;
static sl_atomic_u32 waiting;
static unsigned maps;
static long count;
static void *(*real_map)(size_t bytes);

static void *map(size_t bytes)
{
    maps++;
    return real_map(bytes);
}

static void *runs(void *arg)
{
    struct sl_stacks own = {0};

    sl_stacks_share(&own, &depot);
    for (long i = 0; i < count; i++) {
        while (!sl_load_relaxed(&waiting))
            sched_yield();
        sl_sub_acq_rel(&waiting, 1); /* pairs with the promiser's addition */
        sl_stacks_give_shared(&own, sl_stacks_bind_shared(&own, CLASS));
    }
    sl_stacks_close(&own);
    return arg;
}

TEST_PLAIN(a_worker_that_only_promises_does_not_buy_for_ever)
{
    struct sl_stacks own = {0};
    pthread_t thread;

    count = sl_test_slow() ? 100000 : 1000000;
    real_map = sl_sys.map;
    sl_sys.map = map;
    sl_stacks_depot_open(&depot);
    sl_stacks_share(&own, &depot);
    assert_int_equal(pthread_create(&thread, NULL, runs, NULL), 0);
    for (long i = 0; i < count; i++) {
        assert_int_equal(sl_stacks_promise(&own, CLASS), 0);
        while (sl_load_relaxed(&waiting) >= WAITING)
            sched_yield();
        sl_add_acq_rel(&waiting, 1); /* pairs with the other's subtraction */
    }
    pthread_join(thread, NULL);
    sl_stacks_close(&own);
    assert_true(maps <= 2); /* 100, and two batches of stacks and of credits each, of 256 a slab */
    assert_int_equal(depot.stores[CLASS].class.credits,
                     maps * (SL_STACK_SLAB_BYTES / sl_stack_class_size(CLASS)));
    assert_in_range(sl_stacks_depot_bound(&depot), 1, WAITING);
    sl_stacks_depot_close(&depot);
    sl_sys.map = real_map;
}
