/* Cancelling a task that waits leaves what it waits for alone. */
#include "check.h"

#include <errno.h>

static sley_future *both[2];

static intptr_t waits(void *arg)
{
    (void)arg;
    return sley_wait(2, both, SLEY_FOREVER, SLEY_ALL_COMPLETED);
}

static intptr_t ten(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    return 10;
}

TEST_FIBER_WITH(a_cancelled_wait_cancels_nobody, .virtual_clock = true)
{
    sley_task *task;

    both[0] = sley_ensure_future(SLEY_CORO(ten, NULL));
    both[1] = sley_future_new();
    task = sley_create_task(waits, NULL);
    TURN();
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK(!sley_future_done(both[0]) && !sley_future_done(both[1]));
    CHECK_EQ(sley_await(both[0]), 10);
    CHECK_EQ(sley_future_set_result(both[1], 1), 0);
    TURN(); /* nothing of the wait is left among its waiters */
    sley_future_drop(both[0]);
    sley_future_drop(both[1]);
    return 0;
}
