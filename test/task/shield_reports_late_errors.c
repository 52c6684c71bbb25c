/* An error of the inner task that comes after its shield was cancelled is nobody's: it is reported,
 * as in CPython (where cancelling the outer one takes the shield's callback back). */
#include "check.h"

#include "never_retrieved.h"

#include <errno.h>

static intptr_t fails_later(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(5)), 0);
    return (intptr_t)arg;
}

static intptr_t shields(void *future)
{
    return sley_shield(future);
}

TEST_FIBER_WITH(an_error_behind_a_cancelled_shield_is_reported, .virtual_clock = true,
                .exception_handler = keep)
{
    sley_future *inner = sley_ensure_future(SLEY_CORO(fails_later, (void *)-1001));
    sley_task *task = sley_create_task(shields, inner);

    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK(sley_future_done(inner));
    CHECK_EQ(told.count, 0);
    sley_future_drop(inner);
    CHECK_EQ(told.count, 1);
    CHECK_EQ(told.error, -1001);
    return 0;
}
