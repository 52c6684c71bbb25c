/* Random work under random cancels: no permit, no item, no lock and no wake is lost, no rule of
 * exclusion broken. */
#include "check.h"

#include "base/rng.h"

#include <errno.h>

enum { TASKS = 20, ROUNDS = 60, PERMITS = 3 };

static struct sl_rng rng;
static sley_lock lock;
static sley_semaphore semaphore;
static sley_queue queue;
static sley_condition condition;
static int inside_lock, inside_semaphore, put, got;

static int pause_a_little(void)
{
    return sl_rng_below(&rng, 3) ? sley_yield() : sley_sleep(sley_us(sl_rng_below(&rng, 40)));
}

static int use_lock(void)
{
    int rc = sley_lock_acquire(&lock);

    if (rc < 0)
        return rc;
    CHECK_EQ(inside_lock++, 0);
    rc = pause_a_little();
    inside_lock--;
    CHECK_EQ(sley_lock_release(&lock), 0);
    return rc;
}

static int use_semaphore(void)
{
    int rc = sley_semaphore_acquire(&semaphore);

    if (rc < 0)
        return rc;
    CHECK(++inside_semaphore <= PERMITS);
    rc = pause_a_little();
    inside_semaphore--;
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    return rc;
}

static int use_condition(void)
{
    int rc = sley_condition_acquire(&condition);

    if (rc < 0)
        return rc;
    if (sl_rng_below(&rng, 2))
        CHECK_EQ(sley_condition_notify(&condition, 1), 0);
    else
        rc = sley_condition_wait(&condition);
    CHECK(sley_condition_locked(&condition));
    CHECK_EQ(sley_condition_release(&condition), 0);
    return rc;
}

static int use_queue(void)
{
    intptr_t item;
    int rc;

    if (sl_rng_below(&rng, 2)) {
        if ((rc = sley_queue_put(&queue, 1)) == 0)
            put++;
    } else {
        if ((rc = sley_queue_get(&queue, &item)) == 0)
            got++;
    }
    return rc;
}

static intptr_t works(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        int (*const uses[])(void) = {use_lock, use_semaphore, use_condition, use_queue};
        sley_timeout limit;
        intptr_t rc;

        CHECK_EQ(sley_timeout_enter(&limit, sley_us(sl_rng_below(&rng, 100))), 0);
        rc = sley_timeout_exit(&limit, uses[sl_rng_below(&rng, 4)]());
        CHECK(rc == 0 || rc == -SLEY_ETIMEOUT || rc == -ECANCELED);
    }
    return 0;
}

static intptr_t one_seed(void *arg)
{
    sley_task *tasks[TASKS];
    int left = TASKS;

    rng.state = (uintptr_t)arg;
    lock = (sley_lock)SLEY_LOCK_INIT_LOCAL;
    semaphore = (sley_semaphore)SLEY_BOUNDED_SEMAPHORE_INIT_LOCAL(PERMITS);
    queue = (sley_queue)SLEY_QUEUE_INIT_LOCAL(2);
    condition = (sley_condition)SLEY_CONDITION_INIT_LOCAL;
    put = got = 0;
    for (int i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(works, NULL)) != NULL);
    while (left) {
        CHECK_EQ(sley_sleep(sley_us(5)), 0);
        sley_task_cancel(tasks[sl_rng_below(&rng, TASKS)]); /* of one that may have ended */
        left = 0;
        for (int i = 0; i < TASKS; i++)
            left += !sley_task_done(tasks[i]);
    }
    for (int i = 0; i < TASKS; i++)
        sley_join(tasks[i]);
    CHECK(!sley_lock_locked(&lock) && !sley_condition_locked(&condition));
    for (int i = 0; i < PERMITS; i++)
        CHECK_EQ(sley_semaphore_try_acquire(&semaphore), 0);
    CHECK_EQ(sley_semaphore_try_acquire(&semaphore), -EAGAIN);
    CHECK_EQ(sley_queue_qsize(&queue), put - got);
    CHECK(put > 50 && got > 50);
    return sley_queue_close(&queue);
}

TEST_PLAIN(nothing_is_lost_under_random_cancels)
{
    ONE_LOOP(LOCAL_KIND);
    sley_options options = {.virtual_clock = true};

    for (uintptr_t seed = 1; seed <= 20; seed++)
        CHECK_EQ_VOID(sl_test_run_arg(one_seed, (void *)seed, &options), 0);
}
