/* create_task never runs the task inside of the call: it starts behind everything that is ready. */
#include "check.h"

#include "trail.h"

static intptr_t task(void *text)
{
    mark("%s", (char *)text);
    return 5;
}

TEST_FIBER(a_task_starts_behind_everything_that_is_ready)
{
    ONE_LOOP(ITS_ORDER);
    sley_call_soon(mark_it, "first");
    SLEY_AUTO(sley_task) one = sley_create_task(task, "one");
    SLEY_AUTO(sley_task) two = sley_create_task(task, "two");

    CHECK(one && two);
    CHECK_TEXT(trail, "");
    CHECK(!sley_task_done(one));
    CHECK_EQ(sley_task_result(one), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_task_exception(one), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_task_await(two), 5);
    CHECK_TEXT(trail, "first one two");
    CHECK(sley_task_done(one));
    CHECK(!sley_task_cancelled(one));
    CHECK_EQ(sley_task_result(one), 5);
    CHECK_EQ(sley_task_exception(one), 0);
    return 0;
}
