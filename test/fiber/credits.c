/* A credit is a promise of a stack: bought a slab at a time, given back with the stack, and what
 * was promised can always be bound. */
#include "check.h"

#include "fiber/stack.h"
#include "os/sys.h"

#include <errno.h>

static void *no_map(size_t bytes)
{
    (void)bytes;
    return NULL;
}

TEST_PLAIN(a_credit_is_a_promise_of_a_stack)
{
    enum { CLASS = 12 }; /* 64 MiB: one a slab */
    void *(*map)(size_t bytes) = sl_sys.map;
    struct sl_stacks stacks = {0};
    struct sl_stack *first, *second;

    assert_int_equal(sl_stacks_promise(&stacks, CLASS), 0);
    assert_int_equal(stacks.classes[CLASS].credits, 0);
    assert_int_equal(sl_stacks_promise(&stacks, CLASS), 0);
    assert_int_equal(stacks.classes[CLASS].bound, 0); /* address space alone so far */
    sl_sys.map = no_map;
    assert_int_equal(sl_stacks_promise(&stacks, CLASS), -ENOMEM);
    first = sl_stacks_bind(&stacks, CLASS);
    second = sl_stacks_bind(&stacks, CLASS);
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first->base + sl_stack_size(first) <= second->base ||
                second->base + sl_stack_size(second) <= first->base);
    assert_int_equal(stacks.classes[CLASS].bound, 2);
    sl_stacks_give(&stacks, first);
    assert_int_equal(stacks.classes[CLASS].credits, 1);
    assert_int_equal(sl_stacks_promise(&stacks, CLASS), 0);
    assert_ptr_equal(sl_stacks_bind(&stacks, CLASS), first);
    sl_stacks_give(&stacks, first);
    sl_stacks_give(&stacks, second);
    sl_stacks_close(&stacks);
    sl_sys.map = map;
}
