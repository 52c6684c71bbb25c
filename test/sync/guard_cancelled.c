/* A SLEY_GUARD whose wait was cancelled runs its block without the lock, and does not release what
 * it has not. */
#include "check.h"

#include <errno.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;

static intptr_t guards(void *arg)
{
    SLEY_GUARD(&lock);
    *(bool *)arg = true;
    return 0;
}

TEST_FIBER(a_guard_without_the_lock_releases_nothing)
{
    ONE_LOOP(LOCAL_KIND);
    bool ran = false;
    sley_task *task = sley_create_task(guards, &ran);

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK(!ran);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), 0);
    CHECK(ran);
    CHECK(sley_lock_locked(&lock)); /* ours still */
    return sley_lock_release(&lock);
}
