/* A lock is taken in the order of asking; a newcomer does not overtake who was woken. */
#include "check.h"

#include "../task/trail.h"

#include <errno.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;

static intptr_t locks(void *name)
{
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    mark("%s", (char *)name);
    CHECK_EQ(sley_lock_release(&lock), 0);
    /* Once more: behind everybody who waits. */
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    mark("%s2", (char *)name);
    CHECK_EQ(sley_yield(), 0);
    return sley_lock_release(&lock);
}

TEST_FIBER(a_lock_is_first_come_first_served)
{
    ONE_LOOP(LOCAL_KIND);
    sley_coro coros[3] = {SLEY_CORO(locks, "a"), SLEY_CORO(locks, "b"), SLEY_CORO(locks, "c")};

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK(sley_lock_locked(&lock));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(sley_spawn(coros[i].fn, coros[i].arg), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK_EQ(sley_lock_try_acquire(&lock), -EAGAIN); /* free, but somebody waits */
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    mark("main");
    CHECK_EQ(sley_lock_release(&lock), 0);
    while (sley_all_tasks(NULL, 0) > 1)
        CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a b c main a2 b2 c2");
    CHECK(!sley_lock_locked(&lock));
    return 0;
}
