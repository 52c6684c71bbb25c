/* stop() as in asyncio: the entries that were ready when the batch began still run, those that it
 * appended are left for the next run. */
#include "check.h"

#include "../task/trail.h"

static sley_loop *loop;

static void stops(void *arg)
{
    mark("stop");
    sley_loop_stop(loop);
    sley_call_soon(mark_it, arg);
}

static void appends(void *arg)
{
    mark("appends");
    sley_call_soon(mark_it, arg);
}

static intptr_t task(void *text)
{
    mark("%s", (char *)text);
    sley_yield();
    mark("%s2", (char *)text);
    return 0;
}

static intptr_t stopping_task(void *arg)
{
    mark("t-stop");
    sley_loop_stop(loop);
    sley_yield();
    mark("t-on");
    return (intptr_t)arg;
}

static int run_again(void)
{
    *trail = 0;
    return sley_loop_run_forever(loop);
}

TEST_PLAIN(stop_finishes_the_batch_and_nothing_more)
{
    ONE_LOOP("batches");
    sley_options options = sl_test_options(NULL);
    sley_task *stopping;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    sley_loop_call_soon(loop, mark_it, "a");
    CHECK_VOID(sley_handle_valid(sley_loop_call_soon(loop, stops, "later")));
    sley_loop_call_soon(loop, appends, "later2");
    sley_loop_call_soon(loop, mark_it, "b");
    CHECK_EQ_VOID(run_again(), 0);
    EXPECT_TEXT(trail, "a stop appends b");

    stopping = sley_loop_create_task(loop, stopping_task, NULL, NULL);
    CHECK_VOID(stopping != NULL);
    sley_task_drop(stopping);
    sley_task_drop(sley_loop_create_task(loop, task, "t", NULL));
    sley_loop_call_soon(loop, mark_it, "c");
    CHECK_EQ_VOID(run_again(), 0);
    EXPECT_TEXT(trail, "later later2 t-stop t c");

    sley_loop_stop(loop); /* before the run: one batch */
    CHECK_EQ_VOID(run_again(), 0);
    EXPECT_TEXT(trail, "t-on t2");

    sley_loop_stop(loop);
    CHECK_EQ_VOID(run_again(), 0);
    EXPECT_TEXT(trail, "");
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}
