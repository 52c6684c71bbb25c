/* A block of the macro that ends with the counter above its value at entry counts as cancelled: the
 * children are cancelled, and rc says so. */
#include "check.h"

#include <errno.h>

static _Atomic int cancelled;

static intptr_t child(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    (void)arg;
    cancelled += rc == -ECANCELED;
    return rc;
}

static intptr_t holds(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, child, NULL), 0);
        sley_sleep(sley_s(60)); /* its error is ignored */
    }
    return group.rc;
}

static intptr_t uncancels(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
        CHECK_EQ(sley_task_uncancel(sley_current_task()), 0);
    }
    return group.rc;
}

static intptr_t is_shielded(void *arg)
{
    (void)arg;
    SLEY_SHIELD
    sley_sleep(sley_ms(5));
    return 0;
}

/* It gives up by itself, and is asked while it waits for its child: that is no less a cancel. */
static intptr_t gives_up(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, is_shielded, NULL), 0);
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
        sley_task_group_cancel(&group);
    }
    return group.rc;
}

/* Asked before it enters: the request is delivered inside, where it is ignored. */
static intptr_t was_asked(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    CHECK(sley_task_cancel(sley_current_task()));
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, child, NULL), 0);
        CHECK_EQ(sley_yield(), -ECANCELED);
    }
    return group.rc;
}

TEST_FIBER_WITH(a_block_that_ends_by_a_cancel_cancels_its_children, .virtual_clock = true)
{
    sley_task *task = sley_create_task(holds, NULL);

    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(cancelled, 1);
    CHECK_EQ(sley_time().ns, 1000000);
    task = sley_create_task(uncancels, NULL);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0); /* it has begun, wherever */
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), 0);
    task = sley_create_task(gives_up, NULL);
    CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_join(sley_create_task(was_asked, NULL)), -ECANCELED);
    return 0;
}
