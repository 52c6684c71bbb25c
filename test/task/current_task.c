/* The current task is that which runs, and none in a callback or outside of a loop. */
#include "check.h"

static sley_task *seen[2];
static _Atomic int callbacks;

static intptr_t task(void *arg)
{
    seen[(intptr_t)arg] = sley_current_task();
    sley_yield();
    CHECK(sley_current_task() == seen[(intptr_t)arg]);
    return 0;
}

static void callback(void *arg)
{
    EXPECT(sley_current_task() == NULL);
    EXPECT(sl_test_many() ? sley_get_running_loop() != NULL : sley_get_running_loop() == arg);
    callbacks++;
}

static intptr_t body(void *arg)
{
    sley_task *self = sley_current_task();
    sley_task *tasks[2];

    (void)arg;
    for (intptr_t i = 0; i < 2; i++)
        tasks[i] = sley_create_task(task, (void *)i);
    sley_call_soon(callback, sley_get_running_loop());
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(sley_task_await(tasks[i]), 0);
        CHECK(seen[i] == tasks[i]);
        sley_task_drop(tasks[i]);
    }
    CHECK(sley_current_task() == self);
    SETTLE(callbacks);
    CHECK_EQ(callbacks, 1);
    return 0;
}

TEST_PLAIN(the_current_task_is_the_one_that_runs)
{
    assert_null(sley_current_task());
    assert_null(sley_get_running_loop());
    assert_int_equal(sl_test_run(body, NULL), 0);
    assert_null(sley_current_task());
}
