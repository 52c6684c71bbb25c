/* Done callbacks run once, through the ready queue, never inside of a completion, in the order of
 * registration among everybody who waits; also when the future is done already. */
#include "check.h"

#include "trail.h"

static void done(sley_future *future, void *text)
{
    EXPECT(sley_future_done(future));
    mark("%s", (char *)text);
}

static intptr_t awaits(void *future)
{
    mark("%s", sley_await(future) == 7 ? "t" : "?");
    return 0;
}

TEST_FIBER(done_callbacks_run_later_and_in_order)
{
    ONE_LOOP(ITS_ORDER);
    sley_future *future = sley_future_new();

    CHECK_EQ(sley_future_add_done_callback(future, done, "a"), 0);
    CHECK_EQ(sley_spawn(awaits, future), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_future_add_done_callback(future, done, "b"), 0);
    CHECK_EQ(sley_future_add_done_callback(future, done, "a"), 0);
    CHECK_EQ(sley_future_set_result(future, 7), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_future_add_done_callback(future, done, "late"), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a t b a late");
    sley_future_drop(future);
    return 0;
}
