/* An error that nobody asked for is reported once, when its task or future is given up; one that
 * was seen, and a cancel, never. */
#include "check.h"

#include "never_retrieved.h"

static intptr_t fails(void *arg)
{
    return arg ? sley_raise(-1001, "no %s today", (char *)arg) : -1002;
}

static int futures(void)
{
    sley_future *future = sley_future_new();

    CHECK_EQ(sley_future_set_exception(future, -1003), 0);
    CHECK_EQ(told.count, 2);
    sley_future_drop(future);
    CHECK_EQ(told.count, 3);
    CHECK_EQ(told.error, -1003);
    CHECK(!told.task);
    CHECK_TEXT(told.message, "Future exception was never retrieved");

    future = sley_future_new();
    CHECK_EQ(sley_future_set_exception(future, -1003), 0);
    CHECK_EQ(sley_future_exception(future), -1003);
    sley_future_drop(future);
    future = sley_future_new();
    CHECK(sley_future_cancel(future));
    sley_future_drop(future);
    CHECK_EQ(told.count, 3);
    return 0;
}

TEST_FIBER_WITH(an_error_that_nobody_retrieves_is_reported_once, .exception_handler = keep,
                .virtual_clock = true)
{
    sley_task *task = sley_create_task(fails, "cake");

    TURN();
    CHECK_EQ(told.count, 0); /* there is a handle: somebody may ask yet */
    sley_task_drop(task);
    CHECK_EQ(told.count, 1);
    CHECK_EQ(told.error, -1001);
    CHECK(told.task);
    CHECK_TEXT(told.message, "Task exception was never retrieved");
    CHECK_TEXT(told.text, "no cake today");

    CHECK_EQ(sley_spawn(fails, NULL), 0);
    CHECK(told.count == 1 || sl_test_many());
    TURN();
    CHECK_EQ(told.count, 2);
    CHECK_EQ(told.error, -1002);

    CHECK_EQ(sley_join(sley_create_task(fails, NULL)), -1002);
    task = sley_create_task(fails, NULL);
    TURN();
    CHECK_EQ(sley_task_result(task), -1002);
    sley_task_drop(task);
    CHECK_EQ(told.count, 2);
    return futures();
}
