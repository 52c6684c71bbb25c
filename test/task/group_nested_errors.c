/* Groups in groups: their errors nest. */
#include "check.h"

static intptr_t fails(void *arg)
{
    return sley_raise((intptr_t)arg, "code %d", (int)(intptr_t)arg);
}

static intptr_t inner(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, fails, (void *)-1001), 0);
        CHECK_EQ(sley_task_group_create_task(&group, fails, (void *)-1002), 0);
    }
    return group.rc;
}

TEST_FIBER(errors_of_groups_nest)
{
    ONE_LOOP("both children begin before the first error is seen");
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    const sley_error *error, *nested;

    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, inner, NULL), 0);
    }
    CHECK_EQ(group.rc, -SLEY_EGROUP);
    error = sley_error_detail();
    CHECK_EQ(sley_error_count(error), 1);
    nested = sley_error_at(error, 0);
    CHECK_EQ(sley_error_code(nested), -SLEY_EGROUP);
    CHECK_EQ(sley_error_count(nested), 2);
    CHECK_TEXT(sley_error_text(sley_error_at(nested, 1)), "code -1002");
    return 0;
}
