/* close() cancels what is left by a sticky cancel, and reports each; calls that never ran are
 * dropped, as in asyncio, not run. */
#include "check.h"

#include "never_retrieved.h"

#include <errno.h>

static _Atomic int ran, failed;

static void count(void *arg)
{
    (void)arg;
    ran++;
}

static intptr_t stubborn(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++)
        failed += sley_sleep(sley_s(60)) == -ECANCELED;
    return 0;
}

static intptr_t leaves_it(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_spawn(stubborn, NULL), 0);
    TURN();
    return 0;
}

TEST_PLAIN(close_ends_tasks_and_drops_calls)
{
    sley_options options = sl_test_options(&(sley_options){.exception_handler = keep,
                                                           .virtual_clock = true});
    sley_loop *loop;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    sley_loop_call_later(loop, sley_s(1), count, NULL);
    sley_loop_call_soon(loop, count, NULL);
    assert_int_equal(sley_loop_close(loop), 0);
    CHECK_EQ_VOID(ran, 0);

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    CHECK_EQ_VOID(sley_loop_run_coro(loop, leaves_it, NULL), 0);
    assert_int_equal(sley_loop_close(loop), 0);
    CHECK_EQ_VOID(failed, 10);
    CHECK_EQ_VOID(told.count, 1);
    CHECK_VOID(told.task);
    EXPECT_TEXT(told.message, "Task was pending when its loop was closed");
}
