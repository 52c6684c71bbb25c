/* A free lock does not suspend; it is nobody's own; releasing a free one is an error. */
#include "check.h"

#include "../task/trail.h"

#include <errno.h>

static intptr_t releases(void *lock)
{
    return sley_lock_release(lock);
}

static int by_kind(sley_lock lock)
{
    *trail = 0;
    CHECK_EQ(sley_lock_release(&lock), -SLEY_ENOTOWNER);
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "x")));
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_lock_try_acquire(&lock), -EAGAIN);
    CHECK_EQ(sley_join(sley_create_task(releases, &lock)), 0);
    CHECK(!sley_lock_locked(&lock));
    CHECK_EQ(sley_lock_try_acquire(&lock), 0);
    CHECK_EQ(sley_lock_release(&lock), 0);
    CHECK_EQ(sley_lock_release(&lock), -SLEY_ENOTOWNER);
    {
        SLEY_GUARD(&lock);
        CHECK(sley_lock_locked(&lock));
    }
    CHECK(!sley_lock_locked(&lock));
    SLEY_WITH(sley_lock_acquire(&lock), sley_lock_release(&lock))
    {
        if (sley_lock_locked(&lock))
            break; /* leaves by the exit */
        CHECK(false);
    }
    CHECK(!sley_lock_locked(&lock));
    return 0;
}

TEST_FIBER(the_rules_of_a_lock)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(by_kind((sley_lock)SLEY_LOCK_INIT), 0);
    CHECK_EQ(by_kind((sley_lock)SLEY_LOCK_INIT_LOCAL), 0);
    return 0;
}
