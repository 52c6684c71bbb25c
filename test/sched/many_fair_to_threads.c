/* Whom a plain thread wakes waits for a few milliseconds of slow turns, not for 64 of them, where
 * every worker always has something to do. */
#include "check.h"

#include "base/atomic.h"

#include <pthread.h>

enum { WORKERS = 2, WAITERS = 60, FIRST = 300, MOST = 150 };

static sl_atomic_u32 yields, woken, last;
static sley_future *futures[WAITERS];

static intptr_t waits(void *arg)
{
    CHECK_EQ(sley_await(futures[(intptr_t)arg]), 1);
    sl_store_relaxed(&last, sl_load_relaxed(&yields));
    sl_add_acq_rel(&woken, 1); /* pairs with the load in yields_on */
    return 0;
}

static intptr_t yields_on(void *arg)
{
    while (sl_load_acquire(&woken) < WAITERS) { /* pairs with the addition in waits */
        for (int64_t until = sley_time().ns + 200000; sley_time().ns < until;)
            ;
        CHECK_EQ(sley_yield(), 0);
        sl_add_relaxed(&yields, 1);
    }
    return (intptr_t)arg;
}

static void *wakes(void *done_at)
{
    while (sl_load_relaxed(&yields) < FIRST) /* until it is known how slow turns are */
        sched_yield();
    for (int i = 0; i < WAITERS; i++) {
        EXPECT_EQ(sley_future_set_result(futures[i], 1), 0);
        sley_future_drop(futures[i]);
    }
    *(uint32_t *)done_at = sl_load_relaxed(&yields);
    return NULL;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[WAITERS + WORKERS];
    pthread_t thread;
    uint32_t done_at;

    for (intptr_t i = 0; i < WAITERS; i++) {
        CHECK((futures[i] = sley_future_new()));
        tasks[i] = sley_create_task(waits, (void *)i);
    }
    CHECK_EQ(sley_sleep(sley_ms(10)), 0); /* all wait */
    for (int i = 0; i < WORKERS; i++)
        tasks[WAITERS + i] = sley_create_task(yields_on, NULL);
    CHECK_EQ(pthread_create(&thread, NULL, wakes, &done_at), 0);
    for (int i = 0; i < WAITERS + WORKERS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    pthread_join(thread, NULL);
    CHECK(sl_load_relaxed(&last) <= done_at + MOST);
    return (intptr_t)arg;
}

TEST_PLAIN(those_a_thread_wakes_wait_for_few_slow_turns)
{
    EXPECT_EQ(sl_test_run(body, &(sley_options){.workers = WORKERS}), 0);
}
