/* The same in a task that nobody awaits. */
#include "check.h"

static intptr_t child(void *arg)
{
    (void)arg;
    CHECK_EQ(1, 2);
    return 0;
}

TEST_FIBER(fails_in_task)
{
    sley_spawn(child, NULL);
    sley_yield();
    SETTLE(sl_test_failures() > 0);
    return 0;
}
