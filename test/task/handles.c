/* Handles: cancelled calls never run; a handle is harmless after its call ran, was cancelled, and
 * when its record is another call's. */
#include "check.h"

static int ran;

static void count(void *arg)
{
    ran += arg ? *(int *)arg : 1;
}

static int stale(void)
{
    sley_handle old = sley_call_soon(count, NULL), again;

    ran = 0;
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ran, 1);
    sley_handle_cancel(old); /* it ran */
    CHECK(!sley_handle_cancelled(old));
    CHECK_EQ(sley_handle_when(old).ns, SLEY_NEVER.ns);
    for (int i = 0; i < 3; i++) {
        again = sley_call_soon(count, NULL);
        CHECK(again._record == old._record); /* or this test says nothing */
        sley_handle_cancel(old);
        CHECK(!sley_handle_cancelled(again) && !sley_handle_cancelled(old));
        CHECK_EQ(sley_yield(), 0);
        CHECK_EQ(ran, 2 + i);
        old = again;
    }
    return 0;
}

TEST_FIBER(handles_cancel_calls_and_outlive_them)
{
    ONE_LOOP(ITS_ORDER);
    sley_handle soon = sley_call_soon(count, NULL), empty = {0};
    sley_handle later = sley_call_later(sley_ms(5), count, NULL);
    sley_instant when = sley_instant_add(sley_time(), sley_ms(9));
    sley_handle at = sley_call_at(when, count, NULL);

    CHECK(sley_handle_valid(soon) && !sley_handle_valid(empty));
    CHECK(!sley_handle_cancelled(soon));
    CHECK_EQ(sley_handle_when(soon).ns, SLEY_NEVER.ns);
    CHECK_EQ(sley_handle_when(at).ns, when.ns);
    sley_handle_cancel(soon);
    sley_handle_cancel(later);
    sley_handle_cancel(later);
    sley_handle_cancel(empty);
    CHECK(sley_handle_cancelled(soon) && sley_handle_cancelled(later));
    CHECK(!sley_handle_cancelled(at));
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK_EQ(ran, 1);
    CHECK(!sley_handle_valid(sley_call_soon(NULL, NULL)));
    return stale();
}
