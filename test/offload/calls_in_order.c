/* call_soon_threadsafe: on the loop that was named, in the order of each thread, whatever the other
 * workers do; also when a worker sleeps. */
#include "each_workers.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 2, CALLS = 2000 };

static struct call {
    int thread, number;
} calls[THREADS][CALLS];
static int last[THREADS];
static long wrong;
static _Atomic long arrived;
static sley_loop *home;

static void called(void *arg)
{
    struct call *call = arg;

    wrong += sley_get_running_loop() != home || call->number != last[call->thread] + 1;
    wrong += sley_current_task() != NULL;
    last[call->thread] = call->number;
    atomic_fetch_add(&arrived, 1);
}

static void *posts(void *arg)
{
    struct call *own = arg;
    struct timespec some = {0, 200000};

    for (int i = 0; i < CALLS; i++) {
        own[i] = (struct call){(int)(own == calls[1]), i};
        EXPECT_EQ(sley_loop_call_soon_threadsafe(home, called, &own[i]), 0);
        if (i % 400 == 399) /* everybody may go to sleep */
            nanosleep(&some, NULL);
    }
    return NULL;
}

static intptr_t here(void *arg)
{
    (void)arg;
    home = sley_get_running_loop();
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task_options pinned = {.pinned = true, .worker = sl_test_workers - 1};
    sley_task *task = sley_create_task_with(here, NULL, &pinned);
    pthread_t threads[THREADS];

    (void)arg;
    CHECK(task != NULL);
    CHECK_EQ(sley_join(task), 0);
    wrong = 0;
    atomic_store(&arrived, 0);
    for (int i = 0; i < THREADS; i++) {
        last[i] = -1;
        CHECK(pthread_create(&threads[i], NULL, posts, calls[i]) == 0);
    }
    while (atomic_load(&arrived) < THREADS * CALLS)
        CHECK_EQ(sley_sleep(sley_us(300)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(wrong, 0);
    return 0;
}

TEST_PLAIN(calls_of_a_thread_run_in_order_on_their_loop)
{
    each_workers(body);
}
