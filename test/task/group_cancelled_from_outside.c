/* A cancel of the task that holds the group: it waits for the children it cancels, however often it
 * is cancelled, and goes on with -ECANCELED; errors beat it, and then it is asked again. */
#include "check.h"

#include <errno.h>

static sley_event cleaned = SLEY_EVENT_INIT_LOCAL;
static int ended;

static intptr_t child(void *arg)
{
    CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
    CHECK_EQ(sley_event_wait(&cleaned), 0);
    ended++;
    return arg ? -1001 : -ECANCELED;
}

static intptr_t holds(void *arg)
{
    sley_task_group group;
    intptr_t rc;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, child, arg), 0);
    rc = sley_task_group_exit(&group, sley_sleep(sley_s(60)));
    CHECK_EQ(ended, 1);
    CHECK_EQ(sley_yield(), arg ? -ECANCELED : 0); /* the cancel is not lost */
    return rc;
}

/* The cancel comes while it waits in the exit. */
static intptr_t leaves(void *arg)
{
    sley_task_group group;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, child, NULL), 0);
    return sley_task_group_exit(&group, (intptr_t)arg);
}

static intptr_t one(sley_fn *holds, void *arg)
{
    sley_task *task = sley_create_task(holds, arg);

    ended = 0;
    CHECK_EQ(sley_event_clear(&cleaned), 0);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    for (int i = 0; i < 3; i++) {
        CHECK(sley_task_cancel(task));
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
        CHECK(!sley_task_done(task));
    }
    CHECK_EQ(sley_event_set(&cleaned), 0);
    return sley_join(task);
}

TEST_FIBER_WITH(a_group_that_is_cancelled_waits_for_its_children, .virtual_clock = true)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(one(holds, NULL), -ECANCELED);
    CHECK_EQ(one(holds, &ended), -SLEY_EGROUP);
    CHECK_EQ(one(leaves, NULL), -ECANCELED);
    return 0;
}
