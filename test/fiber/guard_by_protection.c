/* An older kernel has no guards in page tables (EINVAL): then they are made by mprotect, and the
 * kernel is not asked again. */
#include "check.h"

#include "guard.h"

static int (*real_advise)(void *memory, size_t bytes, int advice);
static unsigned asked;

static int older_advise(void *memory, size_t bytes, int advice)
{
    if (advice != MADV_GUARD_INSTALL)
        return real_advise(memory, bytes, advice);
    asked++;
    return -EINVAL;
}

TEST_PLAIN(mprotect_takes_the_place_of_guard_pages)
{
    struct sl_stacks stacks = {0};

    real_advise = sl_sys.advise;
    sl_sys.advise = older_advise;
    for (int i = 0; i < 3; i++) {
        struct sl_stack *stack;

        assert_int_equal(sl_stacks_promise(&stacks, 4), 0);
        stack = sl_stacks_bind(&stacks, 4);
        assert_int_equal(stack->canary, 0);
        assert_int_equal(sl_stack_guard(stack), 16384);
        assert_false(readable(stack->base));
        assert_false(readable(stack->base + 16383));
        assert_true(readable(stack->base + 16384));
    }
    assert_int_equal(asked, 1);
    sl_stacks_close(&stacks);
}
