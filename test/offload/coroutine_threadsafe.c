/* run_coroutine_threadsafe: the task's word, error and detail reach the thread; a cancel by the
 * thread reaches the task, a cancel of the task reaches the thread; handles may be dropped early.
 */
#include "each_workers.h"

#include <pthread.h>

enum { THREADS = 3, ROUNDS = 1500, FAILED = -1030 };
enum { VALUE, ERROR, CANCELLED_HERE, CANCELS_ITSELF, DROPPED, PLANS };

static sley_loop *loop;
static _Atomic long begun, ended, threads_over;

static intptr_t coroutine(void *arg)
{
    intptr_t plan = (intptr_t)arg % PLANS, rc = 0;

    atomic_fetch_add(&begun, 1);
    if (plan == CANCELLED_HERE)
        rc = sley_sleep(sley_s(100));
    else if (plan == CANCELS_ITSELF && sley_task_cancel(sley_current_task()))
        rc = sley_yield();
    else if (plan == ERROR)
        rc = sley_raise(FAILED, "of the coroutine");
    else
        sley_yield();
    atomic_fetch_add(&ended, 1);
    return rc ? rc : (intptr_t)arg;
}

static void one(intptr_t n)
{
    sley_thread_future *future;
    intptr_t word;

    CHECK_EQ_VOID(sley_run_coroutine_threadsafe(loop, coroutine, (void *)n, &future), 0);
    if (n % PLANS == DROPPED) {
        sley_thread_future_drop(future);
        return;
    }
    if (n % PLANS == CANCELLED_HERE) {
        EXPECT_EQ(sley_thread_future_result(future, sley_us(n % 3 * 20)), -SLEY_ETIMEOUT);
        sley_thread_future_cancel(future);
        sley_thread_future_cancel(future);
    }
    word = sley_thread_future_result(future, SLEY_FOREVER);
    EXPECT(sley_thread_future_done(future));
    if (n % PLANS == VALUE) {
        EXPECT_EQ(word, n);
    } else if (n % PLANS == ERROR) {
        EXPECT_EQ(word, FAILED);
        EXPECT_TEXT(sley_error_text(sley_error_detail()), "of the coroutine");
    } else {
        EXPECT_EQ(word, -ECANCELED);
    }
    sley_thread_future_drop(future);
}

static void *asks(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS) / THREADS;

    for (long i = 0; i < rounds; i++)
        one((intptr_t)arg + i);
    atomic_fetch_add(&threads_over, 1);
    return NULL;
}

static intptr_t body(void *arg)
{
    pthread_t threads[THREADS];

    (void)arg;
    loop = sley_get_running_loop();
    begun = ended = threads_over = 0;
    for (intptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, asks, (void *)(i * 7)) == 0);
    while (atomic_load(&threads_over) < THREADS)
        CHECK_EQ(sley_sleep(sley_us(200)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 1000 && begun != ended; i++) /* those that were dropped */
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK_EQ(ended, begun);
    return 0;
}

TEST_PLAIN(a_coroutine_is_run_for_a_thread)
{
    each_workers(body);
}
