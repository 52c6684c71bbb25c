/* Runtimes of several workers are instances: two run in two threads at a time, each is run again
 * and again, and closed with tasks that are still pending, which end cancelled. One runtime is run
 * by one thread at a time: another one is refused. */
#include "check.h"

#include "base/atomic.h"

#include <errno.h>
#include <pthread.h>

enum { ROUNDS = 20, TASKS = 50 };

static sl_atomic_u32 ended, cancelled;

static intptr_t works(void *arg)
{
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_sleep(sley_us(50)), 0);
    sl_add_relaxed(&ended, 1);
    return (intptr_t)arg;
}

static intptr_t stays(void *arg)
{
    int rc = sley_sleep(sley_s(600));

    (void)arg;
    sl_add_relaxed(&cancelled, rc == -ECANCELED);
    return rc;
}

static intptr_t round_of(void *arg)
{
    sley_coro coros[TASKS];
    sley_task *left = sley_create_task(stays, NULL);
    intptr_t out[TASKS];

    (void)arg;
    CHECK(left != NULL);
    for (intptr_t i = 0; i < TASKS; i++)
        coros[i] = SLEY_CORO(works, (void *)i);
    CHECK_EQ(sley_gather(out, TASKS, coros, 0), 0);
    for (intptr_t i = 0; i < TASKS; i++)
        CHECK_EQ(out[i], i);
    CHECK(!sley_task_done(left));
    sley_task_drop(left);
    return 0;
}

/* A pending task has begun once a later one of the same loop has run: none is left unbegun. */
static intptr_t last(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(20));
}

static void *runs(void *workers)
{
    sley_options options = sl_test_options(&(sley_options){.workers = *(int *)workers});
    sley_runner runner;

    EXPECT_EQ(sley_runner_open(&runner, &options), 0);
    for (int i = 0; i < ROUNDS; i++)
        EXPECT_EQ(sley_runner_run(&runner, round_of, NULL), 0);
    EXPECT_EQ(sley_runner_run(&runner, last, NULL), 0);
    sley_runner_close(&runner);
    return NULL;
}

/* ---- two threads, one runtime ---- */

static struct {
    sley_loop *loop;
    sl_atomic_u32 ready, refused, ran;
} one;

static void *wants_to_run(void *arg)
{
    int rc;

    sl_add_relaxed(&one.ready, 1);
    while (sl_load_relaxed(&one.ready) < 2) /* both at the same moment */
        ;
    rc = sley_loop_run_forever(one.loop);
    EXPECT(rc == 0 || rc == -SLEY_ERUNNING);
    sl_add_relaxed(rc == 0 ? &one.ran : &one.refused, 1);
    return arg;
}

static intptr_t stops_when_one_was_refused(void *arg)
{
    while (!sl_load_relaxed(&one.refused))
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
    sley_loop_stop(one.loop);
    return (intptr_t)arg;
}

static void one_at_a_time(void)
{
    sley_options options = sl_test_options(&(sley_options){.workers = 3, .ring_entries = 4});
    pthread_t threads[2];
    sley_task *task;

    CHECK_EQ_VOID(sley_loop_new(&one.loop, &options), 0);
    for (int i = 0; i < ROUNDS; i++) {
        sl_store_relaxed(&one.ready, 0);
        sl_store_relaxed(&one.refused, 0);
        sl_store_relaxed(&one.ran, 0);
        task = sley_loop_create_task(one.loop, stops_when_one_was_refused, NULL, NULL);
        CHECK_VOID(task != NULL);
        sley_task_drop(task);
        for (int j = 0; j < 2; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, wants_to_run, NULL), 0);
        for (int j = 0; j < 2; j++)
            pthread_join(threads[j], NULL);
        CHECK_EQ_VOID(sl_load_relaxed(&one.refused), 1);
        CHECK_EQ_VOID(sl_load_relaxed(&one.ran), 1);
    }
    CHECK_EQ_VOID(sley_loop_close(one.loop), 0);
}

TEST_PLAIN(runtimes_are_instances)
{
    int two = 2, three = 3;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, runs, &two), 0);
    runs(&three);
    pthread_join(thread, NULL);
    CHECK_EQ_VOID(sl_load_relaxed(&ended), 2 * ROUNDS * TASKS);
    CHECK_EQ_VOID(sl_load_relaxed(&cancelled), 2 * ROUNDS);
    one_at_a_time();
}
