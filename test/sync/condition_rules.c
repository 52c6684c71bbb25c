/* wait releases the lock, and holds it again when it returns; notify wakes the first n; both need
 * the lock. */
#include "check.h"

#include "../task/trail.h"

#include <errno.h>

static sley_condition condition = SLEY_CONDITION_INIT_LOCAL;

static intptr_t waits(void *name)
{
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_wait(&condition), 0);
    CHECK(sley_condition_locked(&condition));
    mark("%s", (char *)name);
    return sley_condition_release(&condition);
}

static int notify(size_t n)
{
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_notify(&condition, n), 0);
    mark("-");
    CHECK_EQ(sley_condition_release(&condition), 0);
    for (int i = 0; i < 6; i++)
        CHECK_EQ(sley_yield(), 0);
    return 0;
}

TEST_FIBER(the_rules_of_a_condition)
{
    ONE_LOOP(LOCAL_KIND);
    static char names[5][2] = {"a", "b", "c", "d", "e"};

    CHECK_EQ(sley_condition_wait(&condition), -SLEY_ENOTOWNER);
    CHECK_EQ(sley_condition_notify(&condition, 1), -SLEY_ENOTOWNER);
    CHECK_EQ(sley_condition_notify_all(&condition), -SLEY_ENOTOWNER);
    CHECK_EQ(sley_condition_release(&condition), -SLEY_ENOTOWNER);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(sley_spawn(waits, names[i]), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_condition_locked(&condition));
    CHECK_EQ(notify(1), 0);
    CHECK_EQ(notify(0), 0);
    CHECK_EQ(notify(2), 0);
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_condition_notify_all(&condition), 0);
    CHECK_EQ(sley_condition_release(&condition), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "- a - - b c d e");
    CHECK_EQ(sley_all_tasks(NULL, 0), 1);
    return 0;
}
