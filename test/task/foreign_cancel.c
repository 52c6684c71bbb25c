/* A plain thread cancels tasks: what they wait for ends at once, each request counts, and a task
 * that ends at the same time is not harmed. */
#include "each_workers.h"

#include <pthread.h>

enum { TASKS = 20, ROUNDS = 300 };

static sley_task *tasks[TASKS];
static _Atomic long cancelled, ran;

static intptr_t sleeps(void *arg)
{
    int rc = sley_sleep(sley_s(100));

    atomic_fetch_add(&ran, 1);
    return arg && rc == -ECANCELED ? 7 : rc; /* every second one swallows it */
}

static intptr_t ends_soon(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ran, 1);
    return sley_yield();
}

static void *cancels(void *arg)
{
    (void)arg;
    for (int i = 0; i < TASKS; i++)
        atomic_fetch_add(&cancelled, sley_task_cancel(tasks[i]));
    return NULL;
}

static intptr_t of_sleepers(void)
{
    pthread_t thread;

    for (int i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(sleeps, i % 2 ? &ran : NULL)) != NULL);
    CHECK_EQ(sley_sleep(sley_ms(2)), 0); /* most of them sleep, some may not have begun */
    CHECK(pthread_create(&thread, NULL, cancels, NULL) == 0);
    for (int i = 0; i < TASKS; i++) {
        intptr_t word = sley_task_await(tasks[i]);

        CHECK(word == (i % 2 ? 7 : -ECANCELED) || word == -ECANCELED);
        EXPECT_EQ(sley_task_cancelled(tasks[i]), word == -ECANCELED);
    }
    pthread_join(thread, NULL);
    CHECK_EQ(atomic_exchange(&cancelled, 0), TASKS);
    for (int i = 0; i < TASKS; i++) {
        EXPECT(!sley_task_cancel(tasks[i]));
        sley_task_drop(tasks[i]);
    }
    return 0;
}

/* The records of those that have ended are soon other tasks', which nobody has asked. */
static intptr_t of_those_that_end(void)
{
    pthread_t thread;
    sley_task *other;

    for (int i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(ends_soon, NULL)) != NULL);
    CHECK(pthread_create(&thread, NULL, cancels, NULL) == 0);
    for (int i = 0; i < TASKS; i++) {
        intptr_t word = sley_task_await(tasks[i]);

        CHECK(word == 0 || word == -ECANCELED);
    }
    pthread_join(thread, NULL);
    for (int i = 0; i < TASKS; i++)
        sley_task_drop(tasks[i]);
    atomic_store(&cancelled, 0);
    for (int i = 0; i < TASKS; i++) {
        CHECK((other = sley_create_task(ends_soon, NULL)) != NULL);
        CHECK_EQ(sley_join(other), 0);
    }
    return 0;
}

static void *asks_twice(void *arg)
{
    EXPECT(sley_task_cancel(arg));
    EXPECT(sley_future_cancel(sley_task_future(arg)));
    return NULL;
}

static intptr_t counts(void *arg)
{
    pthread_t thread;
    int rc;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, asks_twice, sley_current_task()) == 0);
    pthread_join(thread, NULL);
    rc = sley_sleep(sley_s(100));
    while (sley_task_cancelling(sley_current_task()) < 2)
        sley_yield();
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 1);
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 0);
    return rc;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    sley_task *task;
    intptr_t rc;

    (void)arg;
    for (long i = 0; i < rounds; i++) {
        if ((rc = of_sleepers()) < 0 || (i % 5 == 0 && (rc = of_those_that_end()) < 0))
            return rc;
    }
    CHECK((task = sley_create_task(counts, NULL)) != NULL);
    CHECK_EQ(sley_join(task), -ECANCELED);
    return 0;
}

TEST_PLAIN(a_thread_cancels_tasks)
{
    each_workers(body);
}
