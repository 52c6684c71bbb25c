/* Timers fire in the order of their deadlines, equal ones in the order in which they were made;
 * never early; those in the past at the next pass. */
#include "check.h"

#include "trail.h"

static void check_time(void *arg)
{
    EXPECT(sley_time().ns >= *(int64_t *)arg);
    mark("t");
}

TEST_FIBER(timers_fire_in_the_order_of_their_deadlines)
{
    ONE_LOOP(ITS_ORDER);
    sley_instant now = sley_time();
    sley_instant in2 = sley_instant_add(now, sley_ms(2)), in4 = sley_instant_add(now, sley_ms(4));
    int64_t due = in4.ns;

    CHECK(sley_handle_valid(sley_call_at(in4, mark_it, "c")));
    CHECK(sley_handle_valid(sley_call_at(in2, mark_it, "a")));
    CHECK(sley_handle_valid(sley_call_at(in4, check_time, &due)));
    CHECK(sley_handle_valid(sley_call_at(in2, mark_it, "b")));
    CHECK(sley_handle_valid(sley_call_at(in4, mark_it, "d")));
    CHECK(sley_handle_valid(sley_call_at(sley_instant_add(now, sley_ms(-5)), mark_it, "past")));
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "soon")));
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_sleep_until(sley_instant_add(in4, sley_ms(1))), 0);
    CHECK_TEXT(trail, "soon past a b c t d");
    return 0;
}
