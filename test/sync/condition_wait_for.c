/* wait_for asks the predicate with the lock held, and again after every notification. */
#include "check.h"

static sley_condition condition = SLEY_CONDITION_INIT_LOCAL;
static int value, asked;

static bool is_three(void *arg)
{
    EXPECT(sley_condition_locked(&condition));
    asked++;
    return *(int *)arg == 3;
}

static intptr_t waits(void *arg)
{
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_wait_for(&condition, is_three, &value), 0);
    CHECK_EQ(value, 3);
    return sley_condition_release(&condition) + (intptr_t)arg;
}

TEST_FIBER(a_condition_can_wait_for_a_predicate)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *task = sley_create_task(waits, NULL);

    CHECK_EQ(sley_yield(), 0);
    for (value = 1; value <= 3; value++) {
        CHECK_EQ(sley_condition_acquire(&condition), 0);
        CHECK_EQ(sley_condition_notify(&condition, 1), 0);
        CHECK_EQ(sley_condition_release(&condition), 0);
        CHECK_EQ(sley_yield(), 0);
        if (value == 3)
            break;
        CHECK(!sley_task_done(task));
    }
    CHECK_EQ(sley_join(task), 0);
    CHECK_EQ(asked, 4);
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_wait_for(&condition, is_three, &value), 0); /* true: does not wait */
    return sley_condition_release(&condition);
}
