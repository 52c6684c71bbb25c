/* Plain threads wait for futures, tasks and gathers, and get the word and its detail. */
#include "each_workers.h"

#include <pthread.h>
#include <sley/gather.h>
#include <sley/wait.h>

enum { FAILED = -1010, THREADS = 3, ROUNDS = 200 };

static _Atomic long go;

static intptr_t value(void *arg)
{
    sley_sleep(sley_us((intptr_t)arg % 5 * 30));
    return (intptr_t)arg;
}

static intptr_t fails(void *arg)
{
    (void)arg;
    sley_yield();
    return sley_raise(FAILED, "the task's own");
}

/* Each wait gets the same word, of a future that the threads share. */
static void *waits(void *future)
{
    intptr_t outcome = 0;

    EXPECT_EQ(sley_await(future), 42);
    EXPECT_EQ(sley_await_into(future, &outcome), 0);
    EXPECT_EQ(outcome, 42);
    EXPECT_EQ(sley_wait_for(future, sley_ms(1)), 42);
    return NULL;
}

static void *joins(void *task)
{
    EXPECT_EQ(sley_task_await(task), 7);
    EXPECT_EQ(sley_join(task), 7);
    return NULL;
}

static void *joins_what_failed(void *task)
{
    EXPECT_EQ(sley_join(task), FAILED);
    EXPECT_TEXT(sley_error_text(sley_error_detail()), "the task's own");
    return NULL;
}

static void *awaits_zero(void *future)
{
    EXPECT_EQ(sley_await(future), 0);
    return NULL;
}

static void *completes(void *future)
{
    if (atomic_fetch_add(&go, 1) % 2)
        sched_yield();
    EXPECT_EQ(sley_future_set_result(future, 42), 0);
    return NULL;
}

static intptr_t end_all(pthread_t *threads, int n)
{
    while (n)
        pthread_join(threads[--n], NULL);
    return 0;
}

/* What the loop cannot do meanwhile: the caller of pthread_join would block it. */
static intptr_t of_futures(void)
{
    sley_future *future = sley_future_new();
    pthread_t threads[THREADS + 1];

    CHECK(future != NULL);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, waits, future) == 0);
    CHECK(pthread_create(&threads[THREADS], NULL, completes, future) == 0);
    CHECK_EQ(sley_await(future), 42);
    end_all(threads, THREADS + 1); /* of an open future they need no loop */
    sley_future_drop(future);
    return 0;
}

static intptr_t ended(void *threads)
{
    return end_all(threads, 3);
}

static intptr_t of_tasks(void)
{
    intptr_t out[2] = {0};
    sley_task *seven = sley_create_task(value, (void *)7), *failing = sley_create_task(fails, NULL);
    sley_future *both[2] = {sley_ensure_future(SLEY_CORO(value, (void *)1)),
                            sley_ensure_future(SLEY_CORO(value, (void *)2))};
    sley_future *gather;
    pthread_t threads[3];

    CHECK(seven && failing && both[0] && both[1]);
    CHECK_EQ(sley_gather_start(&gather, 2, both, 0), 0);
    CHECK(pthread_create(&threads[0], NULL, joins, seven) == 0);
    CHECK(pthread_create(&threads[1], NULL, joins_what_failed, failing) == 0);
    CHECK(pthread_create(&threads[2], NULL, awaits_zero, gather) == 0);
    CHECK_EQ(sley_gather_futures(out, 2, both, 0), 0);
    CHECK_EQ(sley_to_thread(ended, threads), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(out[i], i + 1);
        CHECK_EQ(sley_gather_result(gather, (size_t)i), i + 1);
        sley_future_drop(both[i]);
    }
    sley_future_drop(gather);
    return 0;
}

static intptr_t once(void)
{
    intptr_t rc = of_futures();

    return rc ? rc : of_tasks();
}

TEST_PLAIN(threads_await)
{
    each_workers_race(once, ROUNDS);
}
