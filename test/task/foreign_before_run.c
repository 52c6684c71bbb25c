/* The thread that made a loop completes futures and asks tasks to end while another one begins to
 * run it; a loop that nobody runs is no reason to wait for ever. */
#include "check.h"

#include <pthread.h>
#include <sley/wait.h>

static sley_loop *loop;

static intptr_t awaits(void *future)
{
    return sley_await(future);
}

static intptr_t sleeps(void *arg)
{
    (void)arg;
    return sley_sleep(sley_s(100));
}

static void *runs(void *future)
{
    return (void *)sley_loop_run_coro(loop, awaits, future);
}

static void *waits(void *future)
{
    return (void *)sley_await(future);
}

static void once(void)
{
    sley_options options = sl_test_options(NULL);
    sley_future *future;
    sley_task *task;
    pthread_t thread;
    void *word;

    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    CHECK_VOID((future = sley_loop_create_future(loop)) != NULL);
    CHECK_VOID((task = sley_loop_create_task(loop, sleeps, NULL, NULL)) != NULL);
    CHECK_VOID(pthread_create(&thread, NULL, runs, future) == 0);
    CHECK_VOID(sley_task_cancel(task));
    CHECK_EQ_VOID(sley_future_set_result(future, 9), 0);
    pthread_join(thread, &word);
    CHECK_EQ_VOID(word, 9);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), -ECANCELED);
    sley_future_drop(future);
    sley_task_drop(task);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}

static void nobody_runs(void)
{
    sley_options options = sl_test_options(NULL);
    sley_future *futures[2];
    pthread_t thread;
    void *word;

    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    for (int i = 0; i < 2; i++)
        CHECK_VOID((futures[i] = sley_loop_create_future(loop)) != NULL);
    CHECK_EQ_VOID(sley_wait_for(futures[0], sley_ms(2)), -SLEY_ETIMEOUT);
    CHECK_VOID(sley_future_cancelled(futures[0]));
    CHECK_VOID(pthread_create(&thread, NULL, waits, futures[1]) == 0);
    CHECK_EQ_VOID(sley_future_set_result(futures[1], 5), 0);
    pthread_join(thread, &word);
    CHECK_EQ_VOID(word, 5);
    for (int i = 0; i < 2; i++)
        sley_future_drop(futures[i]);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}

TEST_PLAIN(a_loop_that_another_thread_begins_to_run)
{
    long rounds = sl_test_setting("ROUNDS", sl_test_slow() ? 20 : 200);

    nobody_runs();
    for (long i = 0; i < rounds && !sl_test_failures(); i++)
        once();
}
