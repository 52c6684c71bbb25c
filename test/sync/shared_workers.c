/* On several workers: what is handed out in order, rounds of a barrier, a queue's end; and between
 * two runtimes and a thread. A local primitive serves pinned tasks alone. */
#include "check.h"

#include "base/atomic.h"

#include <errno.h>
#include <pthread.h>

enum { TASKS = 8, ROUNDS = 200 };

static sley_barrier barrier;
static sley_queue queue;
static sley_condition condition;
static sley_semaphore permits;
static sl_atomic_u64 arrived, done, got, waiting;
static bool go;

static intptr_t meets(void *arg)
{
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        ssize_t number;

        sl_add_relaxed(&arrived, 1);
        number = sley_barrier_wait(&barrier);
        CHECK(number >= 0 && number < TASKS);
        CHECK(sl_load_relaxed(&arrived) >= i * TASKS);
    }
    return (intptr_t)arg;
}

static intptr_t consumes(void *arg)
{
    intptr_t item;
    int rc;

    (void)arg;
    while ((rc = sley_queue_get(&queue, &item)) == 0) {
        sl_add_relaxed(&got, (uint64_t)item);
        CHECK_EQ(sley_queue_task_done(&queue), 0);
    }
    return rc == -SLEY_ESHUTDOWN ? 0 : rc;
}

static intptr_t waits_for_go(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    sl_add_relaxed(&waiting, 1);
    while (!go)
        CHECK_EQ(sley_condition_wait(&condition), 0);
    sl_add_relaxed(&done, 1);
    return sley_condition_release(&condition);
}

static intptr_t in_order(void *arg)
{
    CHECK_EQ(sley_semaphore_acquire(&permits), 0);
    CHECK_EQ(sl_add_relaxed(&done, 1), (intptr_t)arg);
    return sley_semaphore_release(&permits);
}

static int all(sley_fn *fn)
{
    sley_task *tasks[TASKS];

    for (intptr_t i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(fn, (void *)i)) != NULL);
    if (fn == waits_for_go) {
        while (sl_load_relaxed(&waiting) < TASKS)
            CHECK_EQ(sley_yield(), 0);
        CHECK_EQ(sley_condition_acquire(&condition), 0);
        go = true;
        CHECK_EQ(sley_condition_notify_all(&condition), 0);
        CHECK_EQ(sley_condition_release(&condition), 0);
    } else if (fn == consumes) {
        for (intptr_t i = 1; i <= ROUNDS; i++)
            CHECK_EQ(sley_queue_put(&queue, i), 0);
        CHECK_EQ(sley_queue_join(&queue), 0);
        CHECK_EQ(sl_load_relaxed(&got), ROUNDS * (ROUNDS + 1) / 2);
        CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
        CHECK_EQ(sley_queue_put(&queue, 1), -SLEY_ESHUTDOWN);
    }
    for (intptr_t i = 0; i < TASKS; i++)
        CHECK(sley_join(tasks[i]) >= 0);
    return 0;
}

/* Permits go out in the order of asking: one task after the other has queued. */
static int order(void)
{
    sley_task *tasks[TASKS];

    for (intptr_t i = 0; i < TASKS; i++) {
        CHECK((tasks[i] = sley_create_task(in_order, (void *)i)) != NULL);
        CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    }
    CHECK_EQ(sley_semaphore_release(&permits), 0);
    for (intptr_t i = 0; i < TASKS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return 0;
}

static intptr_t run(void *arg)
{
    (void)arg;
    barrier = (sley_barrier)SLEY_BARRIER_INIT(TASKS);
    queue = (sley_queue)SLEY_QUEUE_INIT(3);
    condition = (sley_condition)SLEY_CONDITION_INIT;
    permits = (sley_semaphore)SLEY_SEMAPHORE_INIT(0);
    go = false;
    sl_store_relaxed(&arrived, 0);
    sl_store_relaxed(&waiting, 0);
    sl_store_relaxed(&got, 0);
    CHECK_EQ(all(meets), 0);
    CHECK_EQ(all(consumes), 0);
    sl_store_relaxed(&done, 0);
    CHECK_EQ(all(waits_for_go), 0);
    CHECK_EQ(sl_load_relaxed(&done), TASKS);
    sl_store_relaxed(&done, 0);
    CHECK_EQ(order(), 0);
    return sley_queue_close(&queue);
}

/* ---- two runtimes and a thread ---- */

static sley_queue there = SLEY_QUEUE_INIT(1), back = SLEY_QUEUE_INIT(1);

static intptr_t answers(void *arg)
{
    intptr_t item;

    (void)arg;
    while (sley_queue_get(&there, &item) == 0)
        CHECK_EQ(sley_queue_put(&back, -item), 0);
    return 0;
}

static void *other_runtime(void *workers)
{
    sley_options options = sl_test_options(&(sley_options){.workers = (int)(intptr_t)workers});

    sley_loop *loop;
    intptr_t rc;

    if (!workers)
        return (void *)answers(NULL);
    /* Who asks waits for an answer. */
    EXPECT_EQ(sley_loop_new(&loop, &options), 0);
    rc = sley_loop_run_coro(loop, answers, NULL);
    EXPECT_EQ(rc, 0);
    sley_loop_close(loop);
    return (void *)rc;
}

static intptr_t asks(void *arg)
{
    intptr_t item;

    (void)arg;
    for (intptr_t i = 1; i <= ROUNDS; i++) {
        CHECK_EQ(sley_queue_put(&there, i), 0);
        CHECK_EQ(sley_queue_get(&back, &item), 0);
        CHECK_EQ(item, -i);
    }
    return sley_queue_shutdown(&there, false);
}

static void between(int workers, intptr_t others)
{
    sley_options options = sl_test_options(&(sley_options){.workers = workers});
    pthread_t thread;
    void *rc;

    assert_int_equal(pthread_create(&thread, NULL, other_runtime, (void *)others), 0);
    CHECK_EQ_VOID(sl_test_run(asks, &options), 0);
    pthread_join(thread, &rc);
    CHECK_EQ_VOID((intptr_t)rc, 0);
    CHECK_EQ_VOID(sley_queue_close(&there), 0);
    CHECK_EQ_VOID(sley_queue_close(&back), 0);
}

/* ---- the local kind ---- */

static sley_lock local = SLEY_LOCK_INIT_LOCAL;
static sley_queue local_queue = SLEY_QUEUE_INIT_LOCAL(0);

static intptr_t uses_local(void *expected)
{
    intptr_t rc = (intptr_t)expected, item;

    CHECK_EQ(sley_lock_acquire(&local), rc);
    CHECK_EQ(sley_lock_release(&local), rc);
    CHECK_EQ(sley_queue_put(&local_queue, 3), rc);
    CHECK_EQ(sley_queue_get(&local_queue, &item), rc);
    return 0;
}

static intptr_t refuses(void *arg)
{
    sley_task_options here = {.pinned = true, .worker = 0};
    sley_task_options elsewhere = {.pinned = true, .worker = 1};
    void *refused = (void *)-SLEY_EWRONGLOOP;

    (void)arg;
    CHECK_EQ(uses_local(refused), 0);
    CHECK_EQ(sley_join(sley_create_task_with(uses_local, NULL, &here)), 0);
    CHECK_EQ(sley_join(sley_create_task_with(uses_local, refused, &elsewhere)), 0);
    CHECK_EQ(uses_local(refused), 0);
    return sley_queue_close(&local_queue);
}

TEST_PLAIN(shared_primitives_work_across_workers)
{
    const int workers[] = {1, 2, 4};

    for (int i = 0; i < 3; i++) {
        sley_options options = sl_test_options(&(sley_options){.workers = workers[i]});

        CHECK_EQ_VOID(sl_test_run(run, &options), 0);
        for (intptr_t others = 0; others < 3; others++)
            between(workers[i], others);
        if (workers[i] == 2)
            CHECK_EQ_VOID(sl_test_run(refuses, &options), 0);
    }
}
