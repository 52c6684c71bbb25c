/* Out of memory is the promiser's: what was promised is bound on any worker, and a worker that has
 * free stacks of its own promises these. */
#include "check.h"

#include "fiber/depot.h"
#include "os/sys.h"

#include <errno.h>

enum { CLASS = 12 }; /* 64 MiB: one a slab */

static void *(*real_map)(size_t bytes);

static void *no_map(size_t bytes)
{
    (void)bytes;
    return NULL;
}

TEST_PLAIN(out_of_memory_is_told_to_who_promises)
{
    struct sl_stacks_depot depot;
    struct sl_stacks a = {0}, b = {0};
    struct sl_stack *first, *second, *third;

    real_map = sl_sys.map;
    sl_stacks_depot_open(&depot);
    sl_stacks_share(&a, &depot);
    sl_stacks_share(&b, &depot);
    assert_int_equal(sl_stacks_promise(&a, CLASS), 0);
    assert_int_equal(sl_stacks_promise(&a, CLASS), 0);
    assert_int_equal(sl_stacks_depot_bound(&depot), 0); /* address space alone so far */
    sl_sys.map = no_map;
    assert_int_equal(sl_stacks_promise(&a, CLASS), -ENOMEM);
    assert_int_equal(sl_stacks_promise(&b, CLASS), -ENOMEM);

    first = sl_stacks_bind_shared(&b, CLASS);
    second = sl_stacks_bind_shared(&a, CLASS);
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    assert_int_equal(sl_stacks_depot_bound(&depot), 2);
    assert_int_equal(sl_stacks_promise(&b, CLASS), -ENOMEM);

    sl_stacks_give_shared(&b, second); /* kept by b: a goes without, b does not */
    assert_int_equal(sl_stacks_promise(&a, CLASS), -ENOMEM);
    assert_int_equal(sl_stacks_promise(&b, CLASS), 0);
    assert_int_equal(sl_stacks_promise(&b, CLASS), -ENOMEM);
    assert_ptr_equal(sl_stacks_bind_shared(&a, CLASS), second);

    sl_stacks_give_shared(&a, first);
    sl_stacks_give_shared(&a, second);
    assert_int_equal(sl_stacks_promise(&a, CLASS), 0); /* the older one, by way of the depot */
    assert_int_equal(sl_stacks_promise(&a, CLASS), 0);
    assert_int_equal(sl_stacks_promise(&a, CLASS), -ENOMEM);
    third = sl_stacks_bind_shared(&b, CLASS);
    assert_true(third == first || third == second);
    sl_stacks_unpromise_shared(&a, CLASS);
    assert_int_equal(sl_stacks_promise(&a, CLASS), 0);
    sl_stacks_unpromise_shared(&a, CLASS);

    sl_sys.map = real_map;
    sl_stacks_give_shared(&b, third);
    sl_stacks_close(&a);
    sl_stacks_close(&b);
    assert_int_equal(depot.stores[CLASS].class.credits, 2);
    sl_stacks_depot_close(&depot);
}
