/* Both of two nested deadlines passed: the outer one gives the error, the inner stays a cancel; of
 * the macro's the outermost gives the code. An outer cancel beats a timeout. */
#include "check.h"

#include <errno.h>

static intptr_t nested(int outer_ms, int inner_ms, intptr_t inner_wanted)
{
    sley_timeout outer, inner;
    intptr_t rc;

    CHECK_EQ(sley_timeout_enter(&outer, sley_ms(outer_ms)), 0);
    CHECK_EQ(sley_timeout_enter(&inner, sley_ms(inner_ms)), 0);
    rc = sley_timeout_exit(&inner, sley_sleep(sley_ms(50)));
    CHECK_EQ(rc, inner_wanted);
    return sley_timeout_exit(&outer, rc);
}

static intptr_t cancelled_at_the_deadline(void *arg)
{
    sley_timeout limit;
    intptr_t rc;

    (void)arg;
    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    rc = sley_sleep(sley_ms(50));
    CHECK(sley_timeout_expired(&limit));
    return sley_timeout_exit(&limit, rc);
}

TEST_FIBER_WITH(of_nested_timeouts_the_outer_one_tells, .virtual_clock = true)
{
    sley_task *task;

    CHECK_EQ(nested(10, 20, -ECANCELED), -SLEY_ETIMEOUT);
    CHECK_EQ(nested(20, 10, -SLEY_ETIMEOUT), -SLEY_ETIMEOUT);
    CHECK_EQ(nested(10, 10, -ECANCELED), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);

    if (sl_test_many()) /* whose timer is first depends on the workers */
        return 0;
    task = sley_create_task(cancelled_at_the_deadline, NULL);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0); /* its timer is first, it has not run yet */
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    return 0;
}
