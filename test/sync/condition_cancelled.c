/* A cancelled wait returns with the lock held, however often it is cancelled while it waits for
 * that; a notification that it had is handed on. */
#include "check.h"

#include <errno.h>

static sley_condition condition = SLEY_CONDITION_INIT_LOCAL;
static int notified;

static intptr_t waits(void *arg)
{
    int rc;

    CHECK_EQ(sley_condition_acquire(&condition), 0);
    rc = sley_condition_wait(&condition);
    CHECK(sley_condition_locked(&condition));
    notified += rc == 0;
    CHECK_EQ(sley_condition_release(&condition), 0);
    return rc < 0 ? rc : (intptr_t)arg;
}

static int cancelled_again_and_again(void)
{
    sley_task *task = sley_create_task(waits, NULL);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    for (int i = 0; i < 3; i++) {
        CHECK(sley_task_cancel(task));
        CHECK_EQ(sley_yield(), 0);
        CHECK_EQ(sley_yield(), 0);
        CHECK(!sley_task_done(task)); /* it wants the lock, which is ours */
    }
    CHECK_EQ(sley_condition_release(&condition), 0);
    CHECK_EQ(sley_join(task), -ECANCELED);
    return 0;
}

static int handed_on(void)
{
    sley_task *a = sley_create_task(waits, (void *)1), *b = sley_create_task(waits, (void *)2);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_notify(&condition, 1), 0);
    CHECK_EQ(sley_condition_release(&condition), 0);
    CHECK(sley_task_cancel(a)); /* a was notified, and has not run */
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), 2);
    CHECK_EQ(notified, 1);
    return 0;
}

static int cancelled_before(void)
{
    sley_task *a = sley_create_task(waits, (void *)1), *b = sley_create_task(waits, (void *)2);

    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(a));
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_notify(&condition, 1), 0); /* is not wasted on a */
    CHECK_EQ(sley_condition_release(&condition), 0);
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), 2);
    return 0;
}

TEST_FIBER(a_cancelled_wait_holds_the_lock_and_loses_no_notification)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(cancelled_again_and_again(), 0);
    CHECK_EQ(handed_on(), 0);
    CHECK_EQ(cancelled_before(), 0);
    CHECK(!sley_condition_locked(&condition));
    return 0;
}
