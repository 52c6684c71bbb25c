/* A task that is cancelled before its first step never runs its body. */
#include "check.h"

#include <errno.h>

static int ran;

static intptr_t body(void *arg)
{
    ran++;
    return (intptr_t)arg;
}

TEST_FIBER(cancelled_before_the_start_the_body_never_runs)
{
    ONE_LOOP("nobody else begins them before");
    SLEY_AUTO(sley_task) first = sley_create_task(body, NULL);
    SLEY_AUTO(sley_task) task = sley_create_task(body, NULL);
    SLEY_AUTO(sley_task) last = sley_create_task(body, NULL);

    CHECK(sley_task_cancel(task));
    CHECK(sley_task_cancel(task)); /* every time, as long as it is not done */
    CHECK_EQ(sley_task_cancelling(task), 2);
    CHECK_EQ(sley_task_await(task), -ECANCELED);
    CHECK(sley_task_done(first) && sley_task_done(last));
    CHECK_EQ(ran, 2);
    CHECK(sley_task_cancelled(task));
    CHECK(!sley_task_cancel(task));
    CHECK_EQ(sley_task_result(task), -ECANCELED);
    CHECK_EQ(sley_task_exception(task), -ECANCELED);
    return 0;
}
