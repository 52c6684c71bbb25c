/* The stack of a task that ended is the next one's: a thousand tasks, one after the other, need no
 * more stacks than one. */
#include "check.h"

static intptr_t where(void *arg)
{
    *(void **)arg = __builtin_frame_address(0);
    return 0;
}

TEST_FIBER(the_hottest_stack_is_used_first)
{
    ONE_LOOP("one LIFO of stacks");
    void *first = NULL, *now = NULL;
    sley_stats stats = {.size = sizeof stats};

    CHECK_EQ(sley_join(sley_create_task(where, &first)), 0);
    for (int i = 0; i < 1000; i++) {
        CHECK_EQ(sley_join(sley_create_task(where, &now)), 0);
        if (!sl_test_slow()) /* a sanitizer may put locals elsewhere */
            CHECK(now == first);
    }
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.stacks, 2); /* this task's and theirs */
    return 0;
}
