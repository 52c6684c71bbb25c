/* The first child that fails cancels its siblings and the block, by an edge in asyncio's form; the
 * group's error lists all of them in the order of their ends. A cancelled child aborts nothing. */
#include "check.h"

#include <errno.h>

static _Atomic int cancelled;

static intptr_t fails(void *arg)
{
    intptr_t ms = (intptr_t)arg;

    CHECK_EQ(sley_sleep(sley_ms(ms)), 0);
    return sley_raise(-1000 - ms, "failed at %d", (int)ms);
}

static intptr_t waits(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    cancelled += rc == -ECANCELED;
    return arg ? sley_raise(-1002, "while it cleaned up") : rc;
}

static int check_list(void)
{
    const sley_error *error = sley_error_detail();

    CHECK_EQ(sley_error_code(error), -SLEY_EGROUP);
    CHECK_EQ(sley_error_count(error), 2);
    CHECK_EQ(sley_error_code(sley_error_at(error, 0)), -1005);
    CHECK_TEXT(sley_error_text(sley_error_at(error, 0)), "failed at 5");
    CHECK_EQ(sley_error_code(sley_error_at(error, 1)), -1002);
    CHECK(sley_error_at(error, 2) == NULL);
    CHECK_TEXT(sley_error_text(error), "2 of the group's tasks failed: failed at 5 (-1005); while "
                                       "it cleaned up (-1002)");
    return 0;
}

static int cancelled_child(void)
{
    sley_task_group group;
    sley_task *task;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task_into(&group, &task, waits, NULL, NULL), 0);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_sleep(sley_ms(1)), 0); /* the block goes on */
    sley_task_drop(task);
    CHECK_EQ(sley_task_group_exit(&group, 0), 0);
    return 0;
}

TEST_FIBER_WITH(a_failing_child_aborts_its_group, .virtual_clock = true)
{
    ONE_LOOP("nobody begins a child before it is aborted");
    sley_task_group group;
    int rc;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
    CHECK_EQ(sley_task_group_create_task(&group, fails, (void *)5), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, (void *)1), 0);
    CHECK_EQ(sley_task_group_create_task(&group, fails, (void *)0), 0); /* see below */
    sley_task_group_cancel(&group); /* not what is meant here: try again */
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), -SLEY_EFINISHED);
    CHECK_EQ(sley_task_group_exit(&group, sley_yield()), 0);
    CHECK_EQ(cancelled, 0); /* they never ran */

    CHECK_EQ(sley_task_group_enter(&group), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), 0);
    CHECK_EQ(sley_task_group_create_task(&group, fails, (void *)5), 0);
    CHECK_EQ(sley_task_group_create_task(&group, waits, (void *)1), 0);
    rc = sley_sleep(sley_s(9));
    CHECK_EQ(rc, -ECANCELED);
    CHECK_EQ(sley_time().ns, 5000000);
    CHECK_EQ(sley_task_group_create_task(&group, waits, NULL), -SLEY_EFINISHED);
    CHECK_EQ(sley_task_group_exit(&group, rc), -SLEY_EGROUP);
    CHECK_EQ(cancelled, 2);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
    CHECK_EQ(check_list(), 0);
    return cancelled_child();
}
