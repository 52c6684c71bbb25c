/* A block that ends by an error of its own aborts the group, and the error joins the list. */
#include "check.h"

#include <errno.h>

static _Atomic int cancelled;

static intptr_t waits(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    (void)arg;
    cancelled += rc == -ECANCELED;
    return rc;
}

TEST_FIBER_WITH(an_error_of_the_block_joins_the_list, .virtual_clock = true)
{
    sley_task_group group;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
    TURN();
    CHECK_EQ(sley_task_group_exit(&group, sley_raise(-1001, "of the block")), -SLEY_EGROUP);
    CHECK_EQ(cancelled, 1);
    CHECK_EQ(sley_error_count(sley_error_detail()), 1);
    CHECK_TEXT(sley_error_text(sley_error_at(sley_error_detail(), 0)), "of the block");
    TURN();
    return 0;
}
