/* await_into tells a cancel of the wait from a target that was cancelled: the first is the status,
 * the second an outcome. */
#include "check.h"

#include <errno.h>

static sley_future *future;
static intptr_t outcome;
static int status;

static intptr_t waits(void *arg)
{
    (void)arg;
    status = sley_await_into(future, &outcome);
    return 0;
}

static intptr_t waits_a_while(void *arg)
{
    (void)arg;
    status = sley_wait_for_into(future, sley_s(60), &outcome);
    return 0;
}

static int cancel(sley_fn *fn, bool the_waiter)
{
    sley_task *task;

    future = sley_future_new();
    outcome = 99;
    status = 98;
    task = sley_create_task(fn, NULL);
    TURN();
    CHECK(the_waiter ? sley_task_cancel(task) : sley_future_cancel(future));
    CHECK_EQ(sley_join(task), 0);
    CHECK(sley_future_cancelled(future));
    sley_future_drop(future);
    return 0;
}

TEST_FIBER_WITH(a_cancelled_wait_is_no_outcome, .virtual_clock = true)
{
    CHECK_EQ(cancel(waits, false), 0);
    CHECK_EQ(status, 0);
    CHECK_EQ(outcome, -ECANCELED);
    CHECK_EQ(cancel(waits_a_while, false), 0);
    CHECK_EQ(status, 0);
    CHECK_EQ(outcome, -ECANCELED);
    CHECK_EQ(cancel(waits, true), 0);
    CHECK_EQ(status, -ECANCELED);
    CHECK_EQ(outcome, 99);
    CHECK_EQ(cancel(waits_a_while, true), 0);
    CHECK_EQ(status, -ECANCELED);
    CHECK_EQ(outcome, 99);
    return 0;
}
