/* Handles are counted references; the runtime keeps a task alive that everybody forgot. */
#include "check.h"

static _Atomic int ended;

static intptr_t task(void *arg)
{
    CHECK_EQ(sley_yield(), 0);
    ended++;
    return (intptr_t)arg;
}

TEST_FIBER(forgetting_a_task_does_not_end_it)
{
    sley_task *kept = sley_create_task(task, (void *)3);
    sley_future *future = sley_future_new();

    CHECK(kept && future);
    sley_task_drop(sley_create_task(task, NULL));
    {
        SLEY_AUTO(sley_task) dropped = sley_create_task(task, NULL);
        SLEY_AUTO(sley_future) ours = sley_future_new();
        CHECK(dropped && ours);
    }
    CHECK(sley_task_ref(kept) == kept);
    sley_task_drop(kept);
    CHECK_EQ(sley_spawn(task, NULL), 0);
    CHECK_EQ(sley_join(kept), 3);
    CHECK_EQ(sley_yield(), 0);
    SETTLE(ended == 4);
    CHECK_EQ(ended, 4);
    CHECK(sley_future_ref(future) == future);
    sley_future_drop(future);
    CHECK(!sley_future_done(future));
    sley_future_drop(future);
    sley_future_drop(NULL);
    sley_task_drop(NULL);
    return 0;
}
