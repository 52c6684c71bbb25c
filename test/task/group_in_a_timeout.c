/* A deadline around a group reaches the children through the scopes, also while the group waits in
 * its exit, and gives the group its code; a group's cancel is no error in asyncio's form either. */
#include "check.h"

#include <errno.h>

static _Atomic int timed_out;

static intptr_t waits(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    (void)arg;
    timed_out += rc == -SLEY_ETIMEOUT;
    return rc;
}

static int cancel_of_the_group(void)
{
    sley_task_group group;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    sley_task_group_cancel(&group);
    sley_task_group_cancel(&group); /* harmless twice */
    CHECK_EQ(sley_task_group_exit(&group, sley_sleep(sley_s(60))), 0);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
    CHECK_EQ(sley_yield(), 0);
    sley_task_group_cancel(&group); /* and afterwards */
    return 0;
}

TEST_FIBER_WITH(a_deadline_reaches_the_children_of_a_group, .virtual_clock = true)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    SLEY_TIMEOUT(&limit, sley_ms(10))
    {
        SLEY_TASK_GROUP(&group)
        {
            CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
            CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
        }
    }
    CHECK_EQ(timed_out, 2);
    CHECK_EQ(group.rc, -SLEY_ETIMEOUT);
    CHECK(sley_timeout_expired(&limit));
    CHECK_EQ(sley_time().ns, 10000000);
    CHECK_EQ(sley_yield(), 0);
    return cancel_of_the_group();
}
