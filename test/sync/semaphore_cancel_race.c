/* No permit is lost to a cancel: before the wake, after it, with several permits at once. */
#include "check.h"

#include <errno.h>

static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT_LOCAL(0);

static intptr_t takes(void *arg)
{
    int rc = sley_semaphore_acquire(&semaphore);

    return rc < 0 ? rc : (intptr_t)arg;
}

static sley_task *tasks[4];

static int start(int n)
{
    for (intptr_t i = 0; i < n; i++)
        tasks[i] = sley_create_task(takes, (void *)i);
    return sley_yield();
}

static int release(int n)
{
    while (n--)
        CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    return 0;
}

static int given_and_cancelled(void)
{
    CHECK_EQ(start(2), 0);
    CHECK_EQ(release(1), 0);
    CHECK(sley_task_cancel(tasks[0])); /* has a permit, and has not run */
    CHECK_EQ(sley_join(tasks[0]), -ECANCELED);
    CHECK_EQ(sley_join(tasks[1]), 1);
    CHECK(sley_semaphore_locked(&semaphore));
    return 0;
}

static int cancelled_and_given(void)
{
    CHECK_EQ(start(2), 0);
    CHECK(sley_task_cancel(tasks[0]));
    CHECK_EQ(release(1), 0);
    CHECK_EQ(sley_join(tasks[0]), -ECANCELED);
    CHECK_EQ(sley_join(tasks[1]), 1);
    return 0;
}

static int two_of_four(void)
{
    CHECK_EQ(start(4), 0);
    CHECK_EQ(release(2), 0);
    CHECK(sley_task_cancel(tasks[0]));
    CHECK(sley_task_cancel(tasks[1]));
    CHECK_EQ(sley_join(tasks[0]), -ECANCELED);
    CHECK_EQ(sley_join(tasks[1]), -ECANCELED);
    CHECK_EQ(sley_join(tasks[2]), 2);
    CHECK_EQ(sley_join(tasks[3]), 3);
    CHECK(sley_semaphore_locked(&semaphore));
    return 0;
}

static int nobody_left(void)
{
    CHECK_EQ(start(1), 0);
    CHECK_EQ(release(1), 0);
    CHECK(sley_task_cancel(tasks[0]));
    CHECK_EQ(sley_join(tasks[0]), -ECANCELED);
    CHECK_EQ(sley_semaphore_try_acquire(&semaphore), 0); /* it was given back */
    return 0;
}

TEST_FIBER(a_permit_is_not_lost_to_a_cancel)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(given_and_cancelled(), 0);
    CHECK_EQ(cancelled_and_given(), 0);
    CHECK_EQ(two_of_four(), 0);
    CHECK_EQ(nobody_left(), 0);
    return 0;
}
