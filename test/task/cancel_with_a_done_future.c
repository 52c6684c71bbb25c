/* A pending request is no reason for a call that need not wait to fail: a done future is returned,
 * and the cancel meets the next suspension. */
#include "check.h"

#include <errno.h>

TEST_FIBER_WITH(a_request_is_delivered_at_a_suspension_alone, .virtual_clock = true)
{
    sley_future *done = sley_future_new(), *pending = sley_future_new();
    sley_lock lock = SLEY_LOCK_INIT;

    CHECK_EQ(sley_future_set_result(done, 3), 0);
    CHECK(sley_task_cancel(sley_current_task()));
    CHECK_EQ(sley_await(done), 3);
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_await(pending), -ECANCELED);
    CHECK(sley_future_cancelled(pending)); /* the await cancels what it waits for */
    TURN();
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 0);
    sley_future_drop(done);
    sley_future_drop(pending);
    return 0;
}
