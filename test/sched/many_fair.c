/* Two tasks that make and await others without end keep two workers busy, and nobody else waiting:
 * one that a thread wakes, whether it is pinned or not, and a call that a thread makes. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static sley_queue queue = SLEY_QUEUE_INIT(0);
static sley_loop *home;
static _Atomic bool over;
static _Atomic int seen; /* wakes, calls */

enum { ROUNDS = 20, PATIENCE_MS = 20000 };

static intptr_t child(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t makes_and_awaits(void *arg)
{
    (void)arg;
    while (!atomic_load(&over))
        CHECK_EQ(sley_join(sley_create_task(child, NULL)), 0);
    return 0;
}

static intptr_t is_woken(void *arg)
{
    intptr_t item = 1;

    (void)arg;
    while (item) {
        CHECK_EQ(sley_queue_get(&queue, &item), 0);
        atomic_fetch_add(&seen, item != 0);
    }
    return 0;
}

static void is_called(void *arg)
{
    (void)arg;
    atomic_fetch_add(&seen, 1);
}

/* False: it has not happened for twenty seconds. */
static bool happens(int n)
{
    for (int ms = 0; ms < PATIENCE_MS && atomic_load(&seen) < n; ms++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return atomic_load(&seen) >= n;
}

static void *wakes_and_calls(void *arg)
{
    bool all = true;

    (void)arg;
    for (int i = 0; i < ROUNDS && all; i++) {
        all = sley_queue_put_nowait(&queue, 1) == 0 && happens(2 * i + 1) &&
              sley_loop_call_soon_threadsafe(home, is_called, NULL) == 0 && happens(2 * i + 2);
    }
    atomic_store(&over, true);
    if (sley_queue_put_nowait(&queue, 0) < 0) /* no memory: it ends all the same */
        sley_queue_shutdown(&queue, true);
    return all ? arg : NULL;
}

static intptr_t body(void *pinned)
{
    sley_task_options options = {.pinned = pinned != NULL, .worker = 1};
    sley_task *woken, *busy[2];
    pthread_t thread;
    void *all;

    home = sley_get_running_loop();
    atomic_store(&over, false);
    atomic_store(&seen, 0);
    CHECK((woken = sley_create_task_with(is_woken, NULL, &options)) != NULL);
    for (int i = 0; i < 2; i++)
        CHECK((busy[i] = sley_create_task(makes_and_awaits, NULL)) != NULL);
    CHECK(pthread_create(&thread, NULL, wakes_and_calls, &queue) == 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_join(busy[i]), 0);
    CHECK_EQ(sley_join(woken), 0);
    pthread_join(thread, &all);
    CHECK(all != NULL);
    return sley_queue_close(&queue);
}

TEST_PLAIN(nobody_starves)
{
    sley_options options = {.workers = 2};

    assert_int_equal(sl_test_run_arg(body, NULL, &options), 0);
    assert_int_equal(sl_test_run_arg(body, &queue, &options), 0);
}
