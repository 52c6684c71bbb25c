/* SLEY_SHIELD hides sticky cancels and keeps edge requests for the first suspension after it;
 * shields nest. */
#include "check.h"

#include <errno.h>

static sley_event go = SLEY_EVENT_INIT_LOCAL;
static sley_scope outer = SLEY_SCOPE_INIT;
static bool cleaned;

static intptr_t cleans_up(void *arg)
{
    (void)arg;
    SLEY_SHIELD
    {
        SLEY_SHIELD
        {
            CHECK_EQ(sley_yield(), 0);
        }
        CHECK_EQ(sley_event_wait(&go), 0);
        CHECK_EQ(sley_task_cancelling(sley_current_task()), 1);
        CHECK_EQ(sley_yield(), 0);
        cleaned = true;
    }
    CHECK_EQ(sley_yield(), -ECANCELED);
    CHECK_EQ(sley_yield(), 0);
    return 7;
}

static intptr_t in_a_scope(void *arg)
{
    (void)arg;
    SLEY_SCOPE(&outer)
    {
        SLEY_SHIELD
        {
            CHECK_EQ(sley_event_wait(&go), 0);
            CHECK(sley_scope_cancelled(&outer));
            CHECK_EQ(sley_yield(), 0);
        }
        CHECK_EQ(sley_yield(), -ECANCELED);
    }
    return 8;
}

TEST_FIBER(a_shield_hides_cancels_until_it_is_left)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *task = sley_create_task(cleans_up, NULL);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_task_done(task));
    CHECK_EQ(sley_event_set(&go), 0);
    CHECK_EQ(sley_join(task), 7);
    CHECK(cleaned);
    CHECK_EQ(sley_event_clear(&go), 0);

    task = sley_create_task(in_a_scope, NULL);
    CHECK_EQ(sley_yield(), 0);
    sley_scope_cancel(&outer);
    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_task_done(task));
    CHECK_EQ(sley_event_set(&go), 0);
    CHECK_EQ(sley_join(task), 8);
    return 0;
}
