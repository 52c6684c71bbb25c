/* A waiter that was woken and is cancelled before it runs wakes the next one; a cancelled waiter is
 * overtaken at once. (The races that asyncio's own tests know.) */
#include "check.h"

#include <errno.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static int held;

static intptr_t locks(void *arg)
{
    int rc = sley_lock_acquire(&lock);

    if (rc < 0)
        return rc;
    held++;
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_lock_release(&lock), 0);
    return (intptr_t)arg;
}

/* Released and cancelled, in either order, before the first waiter has run. */
static int race(bool release_first)
{
    sley_task *a, *b, *c;

    held = 0;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    a = sley_create_task(locks, (void *)1);
    b = sley_create_task(locks, (void *)2);
    c = sley_create_task(locks, (void *)3);
    CHECK_EQ(sley_yield(), 0);
    if (release_first)
        CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK(sley_task_cancel(a));
    if (!release_first)
        CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), 2);
    CHECK_EQ(sley_join(c), 3);
    CHECK_EQ(held, 2);
    CHECK(!sley_lock_locked(&lock));
    return 0;
}

/* While the lock is held, the middle one of three is cancelled. */
static int cancelled_in_the_middle(void)
{
    sley_task *tasks[3];

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = sley_create_task(locks, (void *)i);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(tasks[1]));
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_done(tasks[1]));
    CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK_EQ(sley_join(tasks[0]), 0);
    CHECK_EQ(sley_join(tasks[1]), -ECANCELED);
    CHECK_EQ(sley_join(tasks[2]), 2);
    return 0;
}

/* All who wait are cancelled, but have not run yet: a newcomer need not wait for them. */
static int all_cancelled(void)
{
    sley_task *a, *b;

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    a = sley_create_task(locks, NULL);
    b = sley_create_task(locks, NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(a) && sley_task_cancel(b));
    CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK_EQ(sley_lock_try_acquire(&lock), 0);
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), -ECANCELED);
    return sley_lock_release(&lock);
}

TEST_FIBER(a_lock_is_not_lost_to_a_cancel)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(race(true), 0);
    CHECK_EQ(race(false), 0);
    CHECK_EQ(cancelled_in_the_middle(), 0);
    CHECK_EQ(all_cancelled(), 0);
    return 0;
}
