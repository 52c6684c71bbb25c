/* SLEY_TIMEOUT is sticky: from the deadline on every suspending call in the block fails; break and
 * return leave it well; the counter is untouched. */
#include "check.h"

#include <errno.h>

static intptr_t returns_out(sley_timeout *limit)
{
    SLEY_TIMEOUT(limit, sley_ms(10))
    {
        return sley_sleep(sley_ms(20));
    }
    return 99;
}

static int left_early(void)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;

    SLEY_TIMEOUT(&limit, sley_ms(10))
    {
        if (sley_sleep(sley_ms(1)) == 0)
            break;
        CHECK(false);
    }
    CHECK(!sley_timeout_expired(&limit));
    CHECK_EQ(sley_sleep(sley_ms(20)), 0); /* disarmed */
    limit = (sley_timeout)SLEY_TIMEOUT_INIT;
    CHECK_EQ(returns_out(&limit), -SLEY_ETIMEOUT);
    CHECK(sley_timeout_expired(&limit));
    CHECK_EQ(sley_sleep(sley_ms(20)), 0); /* the scope is left */
    return 0;
}

static int nested(void)
{
    sley_timeout outer = SLEY_TIMEOUT_INIT, inner = SLEY_TIMEOUT_INIT;
    sley_scope scope = SLEY_SCOPE_INIT;
    int passes = 0;

    SLEY_SCOPE(&scope)
    SLEY_TIMEOUT(&outer, sley_ms(20))
    {
        SLEY_TIMEOUT(&inner, sley_ms(10))
        {
            CHECK_EQ(sley_sleep(sley_ms(50)), -SLEY_ETIMEOUT);
            sley_scope_cancel(&scope);
            CHECK_EQ(sley_yield(), -ECANCELED); /* the outermost one gives the code */
        }
        passes++;
    }
    CHECK_EQ(passes, 1);
    CHECK_EQ(sley_yield(), 0);
    return 0;
}

TEST_FIBER_WITH(the_macro_is_sticky, .virtual_clock = true)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    sley_event event = SLEY_EVENT_INIT;
    int blocks = 0;

    SLEY_TIMEOUT(&limit, sley_ms(10))
    {
        CHECK_EQ(sley_event_wait(&event), -SLEY_ETIMEOUT);
        CHECK_EQ(sley_sleep(sley_ms(20)), -SLEY_ETIMEOUT);
        CHECK_EQ(sley_yield(), -SLEY_ETIMEOUT);
        CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
        blocks++;
    }
    CHECK_EQ(blocks, 1);
    CHECK_EQ(sley_time().ns, 10000000);
    CHECK(sley_timeout_expired(&limit));
    CHECK_EQ(sley_yield(), 0);
    limit = (sley_timeout)SLEY_TIMEOUT_INIT;
    SLEY_TIMEOUT_AT(&limit, sley_instant_add(sley_time(), sley_ms(5)))
        CHECK_EQ(sley_sleep(sley_ms(6)), -SLEY_ETIMEOUT);
    CHECK_EQ(left_early(), 0);
    return nested();
}
