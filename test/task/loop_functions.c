/* A loop by hand: run until complete, stop before, close; what it says about its state. */
#include "check.h"

#include <errno.h>

static sley_loop *loop;

static intptr_t stops_early(void *arg)
{
    sley_loop_stop(loop);
    CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

static intptr_t tries_to_run(void *arg)
{
    sley_future *future = sley_future_new();

    CHECK(sley_get_running_loop() == loop && sley_loop_is_running(loop));
    CHECK_EQ(sley_loop_run_forever(loop), -SLEY_ERUNNING);
    CHECK_EQ(sley_loop_run_until_complete(loop, future), -SLEY_ERUNNING);
    CHECK_EQ(sley_loop_close(loop), -SLEY_ERUNNING);
    CHECK(!sley_loop_run_once(loop));
    CHECK_EQ(sley_loop_run_coro(arg, tries_to_run, NULL), -SLEY_ERUNNING); /* another one */
    sley_future_drop(future);
    return 3;
}

static void set_five(void *future)
{
    sley_future_set_result(future, 5);
}

TEST_PLAIN(a_loop_can_be_driven_by_hand)
{
    ONE_LOOP("the loop that runs a task is the one that was made");
    sley_options options = sl_test_options(NULL);
    sley_future *future;
    sley_loop *other;
    sley_task *task;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    assert_int_equal(sley_loop_new(&other, &options), 0);
    assert_false(sley_loop_is_running(loop));
    assert_false(sley_loop_get_debug(loop));
    sley_loop_set_debug(loop, true);
    assert_true(sley_loop_get_debug(loop));
    sley_loop_set_debug(loop, false);
    assert_true(sley_loop_time(loop).ns > 0);
    CHECK_EQ_VOID(sley_loop_run_coro(loop, tries_to_run, other), 3);

    task = sley_loop_create_task(loop, stops_early, (void *)4, NULL);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), -SLEY_ESTOPPED);
    CHECK_VOID(!sley_task_done(task));
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), 4);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), 4); /* done */
    CHECK_EQ_VOID(sley_loop_run_until_complete(other, sley_task_future(task)), -SLEY_EWRONGLOOP);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, NULL), -EINVAL);
    sley_task_drop(task);

    future = sley_loop_create_future(loop);
    CHECK_VOID(sley_handle_valid(sley_loop_call_later(loop, sley_ms(1), set_five, future)));
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, future), 5);
    sley_future_drop(future);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
    CHECK_EQ_VOID(sley_loop_close(other), 0);
    CHECK_EQ_VOID(sley_loop_close(NULL), 0);
}
