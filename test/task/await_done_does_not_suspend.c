/* Awaiting what is done does not suspend. */
#include "check.h"

#include "trail.h"

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

TEST_FIBER(awaiting_what_is_done_does_not_suspend)
{
    ONE_LOOP(ITS_ORDER);
    sley_future *future = sley_future_new();
    sley_task *task = sley_create_task(word, (void *)2);

    CHECK_EQ(sley_future_set_result(future, 7), 0);
    CHECK_EQ(sley_task_await(task), 2);
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "x")));
    CHECK_EQ(sley_await(future), 7);
    CHECK_EQ(sley_task_await(task), 2);
    CHECK_EQ(sley_wait_for(future, sley_s(1)), 7);
    CHECK_EQ(sley_wait_for(future, sley_s(0)), 7);
    CHECK_EQ(sley_shield(future), 7);
    CHECK_EQ(sley_gather_futures(NULL, 1, &future, 0), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "x");
    sley_task_drop(task);
    sley_future_drop(future);
    return 0;
}
