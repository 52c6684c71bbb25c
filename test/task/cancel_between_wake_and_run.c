/* A cancel that arrives after the wake and before the woken task has run wins, as in CPython. */
#include "check.h"

#include <errno.h>

static intptr_t awaits(void *future)
{
    return sley_await(future);
}

static intptr_t sleeps(void *arg)
{
    (void)arg;
    return sley_yield();
}

TEST_FIBER(a_cancel_before_the_woken_task_has_run_wins)
{
    ONE_LOOP(ITS_ORDER);
    sley_future *future = sley_future_new();
    sley_task *task = sley_create_task(awaits, future), *yields;

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_future_set_result(future, 7), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_future_result(future), 7); /* what was there is there still */
    sley_future_drop(future);

    yields = sley_create_task(sleeps, NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(yields));
    CHECK_EQ(sley_join(yields), -ECANCELED);
    return 0;
}
