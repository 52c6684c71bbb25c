/* Stacks begin at different cache sets, all within the first page, and aligned. */
#include "check.h"

#include "fiber/stack.h"

TEST_PLAIN(stacks_are_coloured_within_a_page)
{
    enum { N = 24, CLASS = 4 };
    struct sl_stacks stacks = {0};
    struct sl_stack *all[N];
    unsigned different = 0;

    for (int i = 0; i < N; i++) {
        size_t below;

        assert_int_equal(sl_stacks_promise(&stacks, CLASS), 0);
        all[i] = sl_stacks_bind(&stacks, CLASS);
        below = (size_t)(all[i]->base + sl_stack_size(all[i]) - (char *)all[i]);
        assert_true(below >= sizeof *all[i] && below <= 2048);
        assert_int_equal((uintptr_t)sl_stack_top(all[i]) % 64, 0);
        bool seen = false;
        for (int j = 0; j < i; j++)
            seen = seen || ((uintptr_t)all[j] & 4095) == ((uintptr_t)all[i] & 4095);
        different += !seen;
    }
    assert_true(different >= 8);
    for (int i = 0; i < N; i++)
        sl_stacks_give(&stacks, all[i]);
    sl_stacks_close(&stacks);
}
