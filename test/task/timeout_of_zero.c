/* A deadline that has passed is due at the next pass: code before the first suspension runs, and a
 * block that never suspends is never cut. */
#include "check.h"

#include <errno.h>

static int one(sley_duration delay)
{
    sley_timeout limit;
    bool ran = false;

    CHECK_EQ(sley_timeout_enter(&limit, delay), 0);
    ran = true;
    CHECK(!sley_timeout_expired(&limit));
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(1))), -SLEY_ETIMEOUT);
    CHECK(ran && sley_timeout_expired(&limit));

    CHECK_EQ(sley_timeout_enter(&limit, delay), 0);
    CHECK_EQ(sley_timeout_exit(&limit, 3), 3);
    CHECK(!sley_timeout_expired(&limit));
    CHECK_EQ(sley_yield(), 0); /* taken back from the queue */

    limit = (sley_timeout)SLEY_TIMEOUT_INIT;
    SLEY_TIMEOUT(&limit, delay)
    {
        CHECK_EQ(sley_sleep(sley_ms(1)), -SLEY_ETIMEOUT);
    }
    CHECK(sley_timeout_expired(&limit));
    return 0;
}

TEST_FIBER(a_deadline_in_the_past_is_due_at_the_next_pass)
{
    sley_timeout limit;

    CHECK_EQ(one(sley_ms(0)), 0);
    CHECK_EQ(one(sley_ms(-50)), 0);
    CHECK_EQ(sley_timeout_enter_at(&limit, sley_time()), 0);
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(1))), -SLEY_ETIMEOUT);
    return 0;
}
