/* In the macro form an abort is sticky: every suspending call of the block and of the children
 * fails at once, and children that have not begun never do. */
#include "check.h"

#include <errno.h>

static _Atomic int begun, failed, ran;

static intptr_t ignores(void *arg)
{
    (void)arg;
    begun++;
    for (int i = 0; i < 10; i++)
        failed += sley_sleep(sley_s(60)) == -ECANCELED; /* ignored, again and again */
    return 0;
}

static intptr_t fails(void *arg)
{
    (void)arg;
    do
        CHECK_EQ(sley_yield(), 0);
    while (!begun);
    return -1001;
}

static intptr_t never(void *arg)
{
    ran++;
    return (intptr_t)arg;
}

TEST_FIBER_WITH(an_abort_of_the_macro_is_sticky, .virtual_clock = true)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, ignores, NULL), 0);
        CHECK_EQ(sley_task_group_create_task(&group, fails, NULL), 0);
        for (int i = 0; i < 5; i++)
            failed += sley_sleep(sley_s(60)) == -ECANCELED;
    }
    CHECK_EQ(group.rc, -SLEY_EGROUP);
    CHECK_EQ(failed, 15);
    CHECK_EQ(sley_time().ns, 0);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);

    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, never, NULL), 0);
        sley_task_group_cancel(&group);
        CHECK_EQ(sley_task_group_create_task(&group, never, NULL), -SLEY_EFINISHED);
        CHECK_EQ(sley_yield(), -ECANCELED);
    }
    CHECK_EQ(group.rc, 0); /* our own cancel is no error */
    CHECK(ran == 0 || sl_test_many()); /* where it may begin before it is aborted */
    TURN();
    return 0;
}
