/* What threads have asked a loop for, and it is closed before it does any of it: a coroutine ends
 * cancelled, which its thread hears, and a call is dropped. */
#include "each_workers.h"

#include <errno.h>
#include <pthread.h>

static sley_loop *loop;
static sley_thread_future *futures[3];
static _Atomic long ran;

static intptr_t coroutine(void *arg)
{
    ran++;
    return (intptr_t)arg;
}

static void call(void *arg)
{
    (void)arg;
    ran++;
}

static void *asks(void *arg)
{
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(sley_run_coroutine_threadsafe(loop, coroutine, NULL, &futures[i]), 0);
        EXPECT_EQ(sley_loop_call_soon_threadsafe(loop, call, NULL), 0);
    }
    sley_thread_future_cancel(futures[1]);
    sley_thread_future_drop(futures[2]);
    return arg;
}

static void close_it(bool has_run)
{
    sley_options options = {.workers = (int)sl_test_workers};
    pthread_t thread;

    options = sl_test_options(&options);
    ran = 0;
    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    if (has_run)
        CHECK_EQ_VOID(sley_loop_run_coro(loop, coroutine, (void *)1), 1);
    assert_int_equal(pthread_create(&thread, NULL, asks, NULL), 0);
    pthread_join(thread, NULL);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_VOID(sley_thread_future_done(futures[i]));
        CHECK_EQ_VOID(sley_thread_future_result(futures[i], SLEY_FOREVER), -ECANCELED);
        sley_thread_future_drop(futures[i]);
    }
    CHECK_EQ_VOID(ran, has_run);
}

TEST_PLAIN(what_was_asked_for_ends_with_the_loop)
{
    static const unsigned counts[] = {1, 2, 4};

    for (int i = 0; i < 3; i++) {
        sl_test_workers = counts[i];
        close_it(false);
        close_it(true);
    }
}
