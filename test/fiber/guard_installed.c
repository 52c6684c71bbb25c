/* Every fresh stack has a guard: none of its guard's bytes can be touched, the first byte above
 * can. Where the kernel marks guards in its page tables no mapping is split. */
#include <string.h>

#include "check.h"

#include "guard.h"

static int (*real_protect)(void *memory, size_t bytes, int protection);
static unsigned protects;

static int protect(void *memory, size_t bytes, int protection)
{
    protects++;
    return real_protect(memory, bytes, protection);
}

TEST_PLAIN(a_guard_stands_below_every_stack)
{
    static const unsigned classes[] = {0, 1, 2, 4, 8};
    struct sl_stacks stacks = {0};
    bool installs;

    if (sl_test_under() && !strcmp(sl_test_under(), "qemu-user"))
        SKIP("qemu-user accepts a guard and makes none");
    if (sl_test_older())
        SKIP("a kernel that installs no guards");
    real_protect = sl_sys.protect;
    sl_sys.protect = protect;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        struct sl_stack *stack;
        size_t guard;

        assert_int_equal(sl_stacks_promise(&stacks, classes[i]), 0);
        stack = sl_stacks_bind(&stacks, classes[i]);
        guard = sl_stack_guard(stack);
        assert_true(guard >= 4096 && guard <= sl_stack_size(stack) / 4);
        for (size_t at = 0; at < guard; at += 4096)
            assert_false(readable(stack->base + at));
        assert_true(readable(stack->base + guard));
        assert_ptr_equal(sl_stack_of_guard(stack, stack->base + guard - 1), stack);
        assert_null(sl_stack_of_guard(stack, stack->base + guard));
        assert_null(sl_stack_of_guard(stack, stack->base - 1));
        assert_null(sl_stack_of_guard(NULL, stack->base));
        assert_int_equal(stack->canary, 0);
        sl_stacks_give(&stacks, stack);
    }
    sl_stacks_close(&stacks);
    void *page = sl_sys.map(4096);
    installs = madvise(page, 4096, MADV_GUARD_INSTALL) == 0;
    if (installs)
        CHECK_EQ_VOID(protects, 0);
    else
        CHECK_EQ_VOID(protects, 5);
}
