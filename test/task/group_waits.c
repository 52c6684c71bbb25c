/* Leaving a group waits for every child, also when the block is left by return; children may add
 * siblings while it waits; nothing can be added before and after. */
#include "check.h"

static _Atomic int ended;
static sley_task_group *the_group;

static intptr_t child(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(5)), 0);
    if (arg)
        CHECK_EQ(sley_task_group_create_task(the_group, child, NULL), 0);
    ended++;
    return 0;
}

static intptr_t has_a_copy(void *arg)
{
    CHECK_TEXT((char *)arg, "x");
    return 0;
}

static intptr_t returns_out(sley_task_group *group)
{
    SLEY_TASK_GROUP(group)
    {
        CHECK_EQ(sley_task_group_create_task(group, child, NULL), 0);
        return 8;
    }
    return 99;
}

static int with_options(void)
{
    sley_task_options options = {.name = "named"};
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_task *task = NULL;
    char argument[100] = "x";

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task_into(&group, &task, child, NULL, &options), 0);
    CHECK_TEXT(sley_task_get_name(task), "named");
    CHECK_EQ(sley_task_group_create_task_copy(&group, has_a_copy, argument, sizeof argument), 0);
    CHECK_EQ(sley_task_group_exit(&group, 4), 4);
    CHECK_EQ(group.rc, 4);
    CHECK(sley_task_done(task));
    sley_task_drop(task);
    return 0;
}

TEST_FIBER_WITH(a_group_waits_for_its_children, .virtual_clock = true)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    the_group = &group;
    CHECK_EQ(sley_task_group_create_task(&group, child, NULL), -SLEY_EFINISHED);
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, child, NULL), 0);
        CHECK_EQ(sley_task_group_create_task(&group, child, &group), 0);
    }
    CHECK_EQ(group.rc, 0);
    CHECK_EQ(ended, 3);
    CHECK_EQ(sley_time().ns, 10000000);
    CHECK_EQ(sley_task_group_create_task(&group, child, NULL), -SLEY_EFINISHED);

    CHECK_EQ(returns_out(&group), 8);
    CHECK_EQ(ended, 4);
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task(&group, child, NULL), 0);
        break;
    }
    CHECK_EQ(ended, 5);
    return with_options();
}
