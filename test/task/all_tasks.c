/* all_tasks: those that are not done, oldest first, as references; how many, however many fit. */
#include "check.h"

static intptr_t ends(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t yields(void *arg)
{
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

TEST_FIBER(all_tasks_are_those_that_are_not_done)
{
    ONE_LOOP("oldest first");
    sley_task *all[5] = {NULL};
    sley_task *one = sley_create_task(ends, NULL), *two = sley_create_task(yields, NULL);

    CHECK_EQ(sley_all_tasks(NULL, 0), 3);
    CHECK_EQ(sley_all_tasks(all, 5), 3);
    CHECK(all[0] == sley_current_task() && all[1] == one && all[2] == two && !all[3]);
    for (int i = 0; i < 3; i++)
        sley_task_drop(all[i]);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_all_tasks(all, 1), 2);
    CHECK(all[0] == sley_current_task());
    sley_task_drop(all[0]);
    CHECK_EQ(sley_join(two), 0);
    CHECK_EQ(sley_all_tasks(NULL, 0), 1);
    sley_task_drop(one);
    return 0;
}
