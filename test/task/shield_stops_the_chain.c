/* A cancel of a task that awaits another inside of SLEY_SHIELD does not reach that other one. */
#include "check.h"

#include <errno.h>

static sley_future *future;

static intptr_t awaits(void *arg)
{
    intptr_t word = -1;

    (void)arg;
    SLEY_SHIELD
    {
        word = sley_await(future);
    }
    CHECK_EQ(sley_yield(), -ECANCELED);
    return word;
}

TEST_FIBER_WITH(a_cancel_stops_at_a_shield, .virtual_clock = true)
{
    sley_task *task;

    future = sley_future_new();
    CHECK(future != NULL);
    task = sley_create_task(awaits, NULL);
    TURN();
    CHECK(sley_task_cancel(task));
    CHECK(!sley_future_done(future));
    CHECK_EQ(sley_future_set_result(future, 6), 0);
    CHECK_EQ(sley_join(task), 6);
    sley_future_drop(future);
    return 0;
}
