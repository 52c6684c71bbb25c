/* What belongs to another loop cannot be awaited or gathered here. */
#include "check.h"

static sley_loop *other;
static sley_task *task;

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    sley_future *theirs = arg, *mine = sley_future_new(), *both[2] = {mine, theirs}, *gather;
    sley_as_completed each;

    CHECK_EQ(sley_await(theirs), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_wait(2, both, SLEY_FOREVER, SLEY_ALL_COMPLETED), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_wait_for(theirs, sley_s(1)), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_gather_futures(NULL, 2, both, 0), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_gather_start(&gather, 2, both, 0), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_as_completed_open(&each, 2, both, SLEY_FOREVER), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_future_set_exception(sley_task_future(task), -1001), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_join(sley_task_ref(task)), -SLEY_EWRONGLOOP); /* and gave it back */
    CHECK_EQ(sley_future_set_result(theirs, 4), 0); /* any thread may */
    CHECK_EQ(sley_future_set_result(theirs, 5), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_future_result(theirs), 4);
    sley_future_drop(mine);
    return 0;
}

TEST_PLAIN(another_loops_futures_are_refused)
{
    ONE_LOOP("a future is one loop's");
    sley_options options = sl_test_options(NULL);
    sley_future *theirs;

    assert_int_equal(sley_loop_new(&other, &options), 0);
    theirs = sley_loop_create_future(other);
    task = sley_loop_create_task(other, word, (void *)3, NULL);
    assert_non_null(theirs);
    CHECK_EQ_VOID(sl_test_run_arg(body, theirs, NULL), 0);
    CHECK_EQ_VOID(sley_loop_run_until_complete(other, sley_task_future(task)), 3);
    CHECK_EQ_VOID(sley_loop_run_until_complete(other, theirs), 4);
    sley_task_drop(task);
    sley_future_drop(theirs);
    CHECK_EQ_VOID(sley_loop_close(other), 0);
}
