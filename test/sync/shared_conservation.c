/* Random work of tasks on one, two and four workers and of plain threads, under deadlines and
 * cancels: no permit, no item, no lock and no wake is lost, no rule of exclusion broken. */
#include "check.h"

#include "base/atomic.h"
#include "base/rng.h"

#include <errno.h>
#include <pthread.h>

enum { TASKS = 24, THREADS = 2, PERMITS = 3 };

static sley_lock lock;
static sley_semaphore semaphore;
static sley_queue queue;
static sley_condition condition;
static sley_event event;
static long inside_lock; /* plain: what the lock is for */
static sl_atomic_u64 inside_semaphore, put_sum, got_sum, puts_done, gets_done, seeds;
static long rounds;

static int pause_a_little(struct sl_rng *rng, bool task)
{
    if (!task)
        return 0;
    return sl_rng_below(rng, 3) ? sley_yield() : sley_sleep(sley_us(sl_rng_below(rng, 20)));
}

static int use_lock(struct sl_rng *rng, bool task)
{
    int rc = sl_rng_below(rng, 8) ? sley_lock_acquire(&lock) : sley_lock_try_acquire(&lock);

    if (rc < 0)
        return rc == -EAGAIN ? 0 : rc;
    CHECK_EQ(inside_lock++, 0);
    rc = sl_rng_below(rng, 4) ? 0 : pause_a_little(rng, task);
    inside_lock--;
    CHECK_EQ(sley_lock_release(&lock), 0);
    return rc;
}

static int use_semaphore(struct sl_rng *rng, bool task)
{
    int rc = sl_rng_below(rng, 8) ? sley_semaphore_acquire(&semaphore)
                                  : sley_semaphore_try_acquire(&semaphore);

    if (rc < 0)
        return rc == -EAGAIN ? 0 : rc;
    CHECK(sl_add_relaxed(&inside_semaphore, 1) < PERMITS);
    rc = pause_a_little(rng, task);
    sl_add_relaxed(&inside_semaphore, -1);
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    return rc;
}

static int use_condition(struct sl_rng *rng, bool task)
{
    int rc = sley_condition_acquire(&condition);

    if (rc < 0)
        return rc;
    if (!task || sl_rng_below(rng, 3))
        CHECK_EQ(sley_condition_notify(&condition, 1 + sl_rng_below(rng, 3)), 0);
    else
        rc = sley_condition_wait(&condition);
    CHECK(sley_condition_locked(&condition));
    CHECK_EQ(sley_condition_release(&condition), 0);
    return rc;
}

static int use_queue(struct sl_rng *rng, bool task)
{
    intptr_t item = (intptr_t)sl_rng_below(rng, 1000);
    int rc;

    if (sl_rng_below(rng, 2)) {
        rc = task ? sley_queue_put(&queue, item) : sley_queue_put_nowait(&queue, item);
        if (rc == 0) {
            sl_add_relaxed(&put_sum, (uint64_t)item);
            sl_add_relaxed(&puts_done, 1);
        }
    } else {
        rc = task ? sley_queue_get(&queue, &item) : sley_queue_get_nowait(&queue, &item);
        if (rc == 0) {
            sl_add_relaxed(&got_sum, (uint64_t)item);
            sl_add_relaxed(&gets_done, 1);
        }
    }
    return rc == -SLEY_EFULL || rc == -SLEY_EEMPTY ? 0 : rc;
}

static int use_event(struct sl_rng *rng, bool task)
{
    if (sl_rng_below(rng, 3) == 0)
        return sley_event_set(&event);
    if (sl_rng_below(rng, 2) == 0)
        return sley_event_clear(&event);
    return task ? sley_event_wait(&event) : 0;
}

typedef int use(struct sl_rng *rng, bool task);
static use *const uses[] = {use_lock, use_semaphore, use_condition, use_queue, use_event};

static struct sl_rng own_rng(void)
{
    return (struct sl_rng){.state = 77 * (sl_add_relaxed(&seeds, 1) + 1)};
}

static intptr_t works(void *arg)
{
    struct sl_rng rng = own_rng();

    (void)arg;
    for (long i = 0; i < rounds; i++) {
        sley_timeout limit;
        intptr_t rc;

        CHECK_EQ(sley_timeout_enter(&limit, sley_us(sl_rng_below(&rng, 200))), 0);
        rc = uses[sl_rng_below(&rng, 5)](&rng, true);
        rc = sley_timeout_exit(&limit, rc);
        CHECK(rc == 0 || rc == -SLEY_ETIMEOUT || rc == -ECANCELED);
    }
    return 0;
}

static void *thread_works(void *arg)
{
    struct sl_rng rng = own_rng();

    for (long i = 0; i < rounds; i++)
        if (uses[sl_rng_below(&rng, 5)](&rng, false) < 0)
            return arg; /* an address */
    return NULL;
}

/* Some by a group that is cancelled, some pinned, all asked at random. */
static intptr_t run(void *arg)
{
    struct sl_rng rng = own_rng();
    sley_task *tasks[TASKS];
    int left = TASKS;

    for (int i = 0; i < TASKS; i++) {
        sley_task_options options = {.pinned = i % 4 == 0, .worker = i % (int)(intptr_t)arg};

        CHECK((tasks[i] = sley_create_task_with(works, NULL, &options)) != NULL);
    }
    for (int i = 0; i < 20; i++) {
        sley_task_group group = SLEY_TASK_GROUP_INIT;

        SLEY_TASK_GROUP(&group) {
            for (int j = 0; j < 5; j++)
                CHECK_EQ(sley_task_group_create_task(&group, works, NULL), 0);
            sley_sleep(sley_us(100));
            sley_task_group_cancel(&group);
        }
    }
    while (left) {
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
        sley_task_cancel(tasks[sl_rng_below(&rng, TASKS)]);
        left = 0;
        for (int i = 0; i < TASKS; i++)
            left += !sley_task_done(tasks[i]);
    }
    for (int i = 0; i < TASKS; i++) {
        intptr_t rc = sley_join(tasks[i]); /* asked before it began, or at its very end */

        CHECK(rc == 0 || rc == -ECANCELED);
    }
    return 0;
}

static void reset(void)
{
    lock = (sley_lock)SLEY_LOCK_INIT;
    semaphore = (sley_semaphore)SLEY_BOUNDED_SEMAPHORE_INIT(PERMITS);
    queue = (sley_queue)SLEY_QUEUE_INIT(2);
    condition = (sley_condition)SLEY_CONDITION_INIT;
    event = (sley_event)SLEY_EVENT_INIT;
}

static void everything_is_there(void)
{
    intptr_t item;

    CHECK_VOID(!sley_lock_locked(&lock) && !sley_condition_locked(&condition));
    CHECK_VOID(!lock._waiters.first && lock._locked == 0);
    for (int i = 0; i < PERMITS; i++)
        CHECK_EQ_VOID(sley_semaphore_try_acquire(&semaphore), 0);
    CHECK_EQ_VOID(sley_semaphore_try_acquire(&semaphore), -EAGAIN);
    while (sley_queue_get_nowait(&queue, &item) == 0) {
        sl_add_relaxed(&got_sum, (uint64_t)item);
        sl_add_relaxed(&gets_done, 1);
    }
    CHECK_EQ_VOID(sl_load_relaxed(&puts_done), sl_load_relaxed(&gets_done));
    CHECK_EQ_VOID(sl_load_relaxed(&put_sum), sl_load_relaxed(&got_sum));
    CHECK_VOID(sl_load_relaxed(&puts_done) > 50);
    CHECK_EQ_VOID(sley_queue_close(&queue), 0);
}

TEST_PLAIN(nothing_is_lost_among_workers_and_threads)
{
    const int workers[] = {1, 2, 4};

    rounds = sl_test_setting("ROUNDS", sl_test_slow() ? 60 : 300);
    sl_store_relaxed(&seeds, (uint64_t)sl_test_setting("SEED", 1) * 1000);
    for (int i = 0; i < 3; i++) {
        sley_options options = sl_test_options(&(sley_options){.workers = workers[i]});
        pthread_t threads[THREADS];
        void *failed;

        reset();
        for (int j = 0; j < THREADS; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, thread_works, &rounds), 0);
        CHECK_EQ_VOID(sl_test_run_arg(run, (void *)(intptr_t)workers[i], &options), 0);
        for (int j = 0; j < THREADS; j++) {
            pthread_join(threads[j], &failed);
            CHECK_VOID(!failed);
        }
        everything_is_there();
    }
}
