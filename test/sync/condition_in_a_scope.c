/* A sticky cancel ends the wait, but not the taking back of the lock. */
#include "check.h"

#include <errno.h>

static sley_condition condition = SLEY_CONDITION_INIT_LOCAL;

static intptr_t holds(void *arg)
{
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    CHECK_EQ(sley_sleep(sley_ms(20)), 0);
    *(bool *)arg = true;
    return sley_condition_release(&condition);
}

TEST_FIBER_WITH(the_lock_is_taken_again_under_a_sticky_cancel, .virtual_clock = true)
{
    ONE_LOOP(LOCAL_KIND);
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    bool released = false;

    CHECK_EQ(sley_spawn(holds, &released), 0);
    CHECK_EQ(sley_condition_acquire(&condition), 0);
    SLEY_TIMEOUT(&limit, sley_ms(10))
    {
        CHECK_EQ(sley_condition_wait(&condition), -SLEY_ETIMEOUT);
        CHECK(released && sley_condition_locked(&condition));
        CHECK_EQ(sley_condition_wait(&condition), -SLEY_ETIMEOUT); /* on entry */
        CHECK(sley_condition_locked(&condition));
    }
    CHECK_EQ(sley_time().ns, 20000000);
    return sley_condition_release(&condition);
}
