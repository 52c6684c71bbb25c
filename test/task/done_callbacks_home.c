/* Done-callbacks of a pinned task, and of a future that a pinned task made, run on that loop,
 * whoever completes it; others run on any worker. Each once. */
#include "each_workers.h"

#include <pthread.h>

enum { N = 50 };

static _Atomic long called, elsewhere, anywhere;
static sley_future *futures[N];

static void at_home(sley_future *future, void *home)
{
    (void)future;
    atomic_fetch_add(&elsewhere, sley_get_running_loop() != home);
    atomic_fetch_add(&called, 1);
}

static void somewhere(sley_future *future, void *arg)
{
    (void)future, (void)arg;
    EXPECT(sley_get_running_loop() != NULL);
    atomic_fetch_add(&anywhere, 1);
}

static void *completes(void *arg)
{
    (void)arg;
    for (int i = 0; i < N; i++)
        EXPECT_EQ(sley_future_set_result(futures[i], i), 0);
    return NULL;
}

static intptr_t ends(void *arg)
{
    (void)arg;
    return sley_yield();
}

static intptr_t makes(void *arg)
{
    (void)arg;
    for (int i = 0; i < N; i++) {
        CHECK((futures[i] = sley_future_new()) != NULL);
        CHECK_EQ(sley_future_add_done_callback(futures[i], at_home, sley_get_running_loop()), 0);
    }
    return 0;
}

static intptr_t body(void *arg)
{
    unsigned last = sl_test_workers - 1;
    sley_task_options pinned = {.pinned = true, .worker = last};
    sley_task *task = sley_create_task_with(makes, NULL, &pinned);
    sley_future *free_one = sley_future_new();
    pthread_t thread;

    (void)arg;
    called = elsewhere = anywhere = 0;
    CHECK(task && free_one);
    CHECK_EQ(sley_join(task), 0);
    CHECK(pthread_create(&thread, NULL, completes, NULL) == 0);
    CHECK_EQ(sley_future_add_done_callback(free_one, somewhere, NULL), 0);
    for (int i = 0; i < N; i++) {
        CHECK((task = sley_create_task_with(ends, NULL, &pinned)) != NULL);
        CHECK_EQ(sley_future_add_done_callback(sley_task_future(task), at_home,
                                               sley_future_get_loop(futures[0])), 0);
        CHECK_EQ(sley_join(task), 0);
    }
    pthread_join(thread, NULL);
    CHECK_EQ(sley_future_set_result(free_one, 1), 0);
    while (atomic_load(&called) < 2 * N || !atomic_load(&anywhere))
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
    CHECK_EQ(elsewhere, 0);
    CHECK_EQ(called, 2 * N);
    CHECK_EQ(anywhere, 1);
    for (int i = 0; i < N; i++)
        sley_future_drop(futures[i]);
    sley_future_drop(free_one);
    return 0;
}

TEST_PLAIN(done_callbacks_run_at_home)
{
    each_workers(body);
}
