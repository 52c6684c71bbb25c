/* A cancel is an edge: delivered once at the suspension; a task that goes on is not cancelled. */
#include "check.h"

#include <errno.h>

static intptr_t swallows(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 1);
    CHECK_EQ(sley_sleep(sley_us(1)), 0); /* delivered once */
    CHECK_EQ(sley_yield(), 0);
    return 5;
}

TEST_FIBER_WITH(a_cancel_is_delivered_once_and_can_be_swallowed, .virtual_clock = true)
{
    SLEY_AUTO(sley_task) task = sley_create_task(swallows, NULL);

    TURN();
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_task_await(task), 5);
    CHECK(!sley_task_cancelled(task));
    CHECK(!sley_task_cancel(task));
    return 0;
}
