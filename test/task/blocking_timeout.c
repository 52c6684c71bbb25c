/* wait_for in a plain thread: what is not done in time is cancelled, and the thread returns when it
 * has ended; a word that came meanwhile is the answer. */
#include "each_workers.h"

#include <pthread.h>
#include <sched.h>
#include <sley/gather.h>
#include <sley/wait.h>

enum { ROUNDS = 300 };

static _Atomic long answers, timeouts;
static _Atomic bool begun;

static intptr_t sleeps(void *arg)
{
    return sley_sleep(sley_duration_of((intptr_t)arg, 1));
}

static intptr_t swallows(void *arg)
{
    (void)arg;
    begun = true;
    while (sley_sleep(sley_s(100)) != -ECANCELED)
        ;
    return 11;
}

static void *gives_up(void *future)
{
    EXPECT_EQ(sley_wait_for(future, sley_us(300)), -SLEY_ETIMEOUT);
    EXPECT(sley_future_cancelled(future));
    return NULL;
}

static void *asks_at_once(void *future)
{
    EXPECT_EQ(sley_wait_for(future, sley_ns(0)), -SLEY_ETIMEOUT);
    return NULL;
}

static void *gets_eleven(void *future)
{
    while (!begun) /* cancelled before, it would swallow nothing */
        sched_yield();
    EXPECT_EQ(sley_wait_for(future, sley_us(300)), 11);
    return NULL;
}

static intptr_t joined(void *thread)
{
    return pthread_join(*(pthread_t *)thread, NULL);
}

static int in_thread(void *(*fn)(void *), sley_future *future)
{
    pthread_t thread;

    CHECK(future != NULL);
    CHECK(pthread_create(&thread, NULL, fn, future) == 0);
    CHECK_EQ(sley_to_thread(joined, &thread), 0);
    sley_future_drop(future);
    return 0;
}

static sley_future *of_task(sley_fn *fn, intptr_t arg)
{
    return sley_ensure_future((sley_coro){fn, (void *)arg});
}

static sley_future *of_gather(void)
{
    sley_future *child = of_task(sleeps, 100000000000), *gather = NULL;

    EXPECT_EQ(sley_gather_start(&gather, 1, &child, 0), 0);
    sley_future_drop(child);
    return gather;
}

static intptr_t fixed(void)
{
    begun = false;
    return in_thread(gives_up, sley_future_new()) || in_thread(asks_at_once, sley_future_new()) ||
           in_thread(gives_up, of_task(sleeps, 100000000000)) ||
           in_thread(asks_at_once, of_task(sleeps, 100000000000)) ||
           in_thread(gets_eleven, of_task(swallows, 0));
}

/* At the same time: the thread gives up, the answer comes. */
static void *races(void *future)
{
    intptr_t word = sley_wait_for(future, sley_us(50));

    EXPECT(word == 42 || word == -SLEY_ETIMEOUT);
    EXPECT_EQ(word == -SLEY_ETIMEOUT, sley_future_cancelled(future));
    atomic_fetch_add(word == 42 ? &answers : &timeouts, 1);
    return NULL;
}

static void *answers_late(void *future)
{
    struct timespec some = {0, 40000};

    nanosleep(&some, NULL);
    sley_future_set_result(future, 42);
    return NULL;
}

static intptr_t race(void)
{
    sley_future *future = sley_future_new();
    pthread_t threads[2];
    intptr_t word;

    CHECK(future != NULL);
    CHECK(pthread_create(&threads[0], NULL, races, future) == 0);
    CHECK(pthread_create(&threads[1], NULL, answers_late, future) == 0);
    word = sley_await(future);
    CHECK(word == 42 || word == -ECANCELED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    sley_future_drop(future);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    sley_future *gather;
    intptr_t rc = fixed();

    (void)arg;
    CHECK((gather = of_gather()) != NULL);
    sley_future_ref(gather);
    CHECK_EQ(in_thread(asks_at_once, gather), 0);
    CHECK_EQ(sley_future_result(gather), -ECANCELED);
    sley_future_drop(gather);
    for (long i = 0; i < rounds && rc == 0; i++)
        rc = race();
    CHECK_EQ(answers + timeouts, rounds * (sl_test_workers == 1 ? 1 : sl_test_workers / 2 + 1));
    return rc;
}

TEST_PLAIN(a_threads_patience_ends)
{
    each_workers(body);
}
