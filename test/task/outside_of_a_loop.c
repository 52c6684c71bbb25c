/* Outside of a loop, and in callbacks where a task is needed, calls answer -SLEY_ENOLOOP or NULL.
 * */
#include "check.h"

#include <errno.h>

static intptr_t task(void *arg)
{
    return (intptr_t)arg;
}

static void suspending_calls(void *arg)
{
    sley_event event = SLEY_EVENT_INIT_LOCAL; /* at a shared one a thread waits */
    sley_timeout limit;
    sley_task_group group;
    sley_future *future = arg;

    EXPECT_EQ(sley_sleep(sley_ms(1)), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_sleep_until((sley_instant){0}), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_yield(), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_event_wait(&event), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_timeout_enter(&limit, sley_ms(1)), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_task_group_enter(&group), -SLEY_ENOLOOP);
    if (!future)
        return;
    EXPECT_EQ(sley_await(future), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_wait(1, &future, SLEY_FOREVER, SLEY_ALL_COMPLETED), -SLEY_ENOLOOP);
    EXPECT_EQ(sley_wait_for(future, sley_ms(1)), -SLEY_ENOLOOP);
}

static intptr_t body(void *arg)
{
    sley_future *future = sley_future_new();

    (void)arg;
    CHECK(future != NULL);
    CHECK(sley_handle_valid(sley_call_soon(suspending_calls, future)));
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_yield(), 0);
    sley_future_drop(future);
    CHECK_EQ(sley_await(NULL), -EINVAL);
    CHECK_EQ(sley_task_await(NULL), -EINVAL);
    CHECK_EQ(sley_run(task, NULL, NULL), -SLEY_ERUNNING);
    return 0;
}

TEST_PLAIN(calls_outside_of_a_loop_say_so)
{
    static const sley_context_var var = {"v", 9};
    sley_stats stats = {.size = sizeof stats};
    sley_coro coro = SLEY_CORO(task, NULL);

    suspending_calls(NULL);
    assert_null(sley_create_task(task, NULL));
    assert_int_equal(sley_spawn(task, NULL), -SLEY_ENOLOOP);
    assert_null(sley_future_new());
    assert_null(sley_ensure_future(coro));
    assert_false(sley_handle_valid(sley_call_soon(NULL, NULL)));
    assert_false(sley_handle_valid(sley_call_later(sley_ms(1), suspending_calls, NULL)));
    assert_int_equal(sley_gather(NULL, 1, &coro, 0), -SLEY_ENOLOOP);
    assert_int_equal(sley_context_set(&var, 1), -SLEY_ENOLOOP);
    assert_int_equal(sley_context_get(&var), 9);
    assert_int_equal(sley_report(2), -SLEY_ENOLOOP);
    assert_int_equal(sley_stats_get(&stats), -SLEY_ENOLOOP);
    assert_int_equal(sley_all_tasks(NULL, 0), 0);
    assert_int_equal(sl_test_run(body, NULL), 0);
}
