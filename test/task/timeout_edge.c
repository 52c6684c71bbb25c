/* asyncio's timeout: an edge at the deadline, turned into -SLEY_ETIMEOUT at the exit. */
#include "check.h"

#include <errno.h>

static int simple(void)
{
    sley_timeout limit;
    sley_instant began = sley_time();
    int rc;

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    CHECK_EQ(sley_instant_sub(sley_timeout_when(&limit), began).ns, 10000000);
    rc = sley_sleep(sley_ms(20));
    CHECK_EQ(rc, -ECANCELED);
    CHECK(sley_timeout_expired(&limit));
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 1);
    CHECK_EQ(sley_timeout_exit(&limit, rc), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
    CHECK_EQ(sley_instant_sub(sley_time(), began).ns, 10000000);
    CHECK(sley_timeout_expired(&limit));

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(5))), 0);
    CHECK(!sley_timeout_expired(&limit));
    CHECK_EQ(sley_sleep(sley_ms(30)), 0); /* disarmed */
    return 0;
}

static int swallowed(void)
{
    sley_timeout limit;

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    CHECK_EQ(sley_sleep(sley_ms(20)), -ECANCELED);
    CHECK_EQ(sley_sleep(sley_ms(20)), 0); /* an edge: once */
    CHECK_EQ(sley_timeout_exit(&limit, 7), 7);
    CHECK(sley_timeout_expired(&limit)); /* it has, inside */
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    CHECK_EQ(sley_sleep(sley_ms(20)), -ECANCELED);
    CHECK_EQ(sley_timeout_exit(&limit, -1001), -1001); /* another error stays */
    CHECK_EQ(sley_yield(), 0);
    return 0;
}

TEST_FIBER_WITH(a_timeout_cancels_once_and_is_told_at_the_exit, .virtual_clock = true)
{
    sley_timeout limit;

    CHECK_EQ(simple(), 0);
    CHECK_EQ(swallowed(), 0);
    CHECK_EQ(sley_timeout_enter(&limit, SLEY_FOREVER), 0);
    CHECK_EQ(sley_timeout_when(&limit).ns, SLEY_NEVER.ns);
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_s(100000))), 0);
    CHECK_EQ(sley_timeout_enter_at(&limit, sley_instant_add(sley_time(), sley_ms(3))), 0);
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(4))), -SLEY_ETIMEOUT);
    return 0;
}
