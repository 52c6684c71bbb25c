/* The main task's record belongs to no worker: it is among all tasks still, and a scope that is
 * cancelled reaches it. A deadline around a group gives the group its code, however early the
 * children end by it. */
#include "check.h"

#include <errno.h>

static sley_scope scope;

static intptr_t waits(void *arg)
{
    (void)arg;
    return sley_sleep(sley_s(60));
}

static intptr_t cancels(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    sley_scope_cancel(&scope);
    return 0;
}

static int deadline_around_a_group(void)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    int made = 0;

    SLEY_TIMEOUT(&limit, sley_ms(1))
    {
        SLEY_TASK_GROUP(&group)
        {
            for (int i = 0; i < 4; i++)
                made += sley_task_group_create_task(&group, waits, NULL) == 0;
        }
    }
    CHECK_EQ(made, 4);
    CHECK_EQ(group.rc, -SLEY_ETIMEOUT);
    CHECK(sley_timeout_expired(&limit));
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *all[4];
    size_t n = sley_all_tasks(all, 4), found = 0;

    (void)arg;
    for (size_t i = 0; i < n; i++) {
        found += all[i] == sley_current_task();
        sley_task_drop(all[i]);
    }
    CHECK_EQ(n, 1);
    CHECK_EQ(found, 1);

    sley_task *task = sley_create_task(cancels, NULL);
    CHECK(task != NULL);
    sley_scope_enter(&scope);
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group) /* with a group inside, a scope is not its own task's alone */
        CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
    sley_scope_exit(&scope);
    CHECK_EQ(group.rc, -ECANCELED);
    CHECK_EQ(sley_join(task), 0);

    for (int i = 0; i < 200; i++)
        CHECK_EQ(deadline_around_a_group(), 0);
    return 0;
}

TEST_PLAIN(scopes_reach_the_main_task)
{
    sley_options options = {.workers = 4};

    assert_int_equal(sl_test_run(body, &options), 0);
}
