/* A report can say how much of a stack was ever touched. */
#include "check.h"

#include "fiber/stack.h"

#include <string.h>

TEST_PLAIN(the_used_part_of_a_stack_is_known)
{
    struct sl_stacks stacks = {0};
    struct sl_stack *stack;
    char *top;
    size_t little, much;

    assert_int_equal(sl_stacks_promise(&stacks, 6), 0); /* 1 MiB */
    stack = sl_stacks_bind(&stacks, 6);
    top = sl_stack_top(stack);
    memset(top - 100, 1, 100);
    little = sl_stack_used(stack);
    assert_true(little >= 100 && little <= 8192);
    memset(top - 300000, 1, 1);
    much = sl_stack_used(stack);
    assert_true(much >= 300000 && much <= 320000);
    sl_stacks_give(&stacks, stack);
    sl_stacks_close(&stacks);
}
