/* A deadline can be moved, disabled and armed again until it has passed or the block is left. */
#include "check.h"

#include <errno.h>

static sley_instant in_ms(int ms)
{
    return sley_instant_add(sley_time(), sley_ms(ms));
}

TEST_FIBER_WITH(a_deadline_can_be_moved, .virtual_clock = true)
{
    sley_timeout limit;

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(10)), 0);
    CHECK_EQ(sley_sleep(sley_ms(9)), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, in_ms(10)), 0);
    CHECK_EQ(sley_timeout_when(&limit).ns, in_ms(10).ns);
    CHECK_EQ(sley_sleep(sley_ms(9)), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, SLEY_NEVER), 0);
    CHECK_EQ(sley_sleep(sley_s(9)), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, in_ms(5)), 0);
    CHECK_EQ(sley_sleep(sley_ms(9)), -ECANCELED);
    CHECK_EQ(sley_timeout_reschedule(&limit, in_ms(5)), -SLEY_EFINISHED);
    CHECK_EQ(sley_timeout_exit(&limit, -ECANCELED), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_timeout_reschedule(&limit, in_ms(5)), -SLEY_EFINISHED);

    CHECK_EQ(sley_timeout_enter(&limit, SLEY_FOREVER), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, sley_time()), 0); /* now: at the next pass */
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(1))), -SLEY_ETIMEOUT);

    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(1)), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, sley_time()), 0);
    CHECK_EQ(sley_timeout_reschedule(&limit, in_ms(20)), 0); /* taken back from the queue */
    CHECK_EQ(sley_timeout_exit(&limit, sley_sleep(sley_ms(9))), 0);
    return 0;
}
