/* Removing takes every equal (fn, arg) that has not been queued, and says how many. */
#include "check.h"

#include "trail.h"

static void done(sley_future *future, void *text)
{
    (void)future;
    mark("%s", (char *)text);
}

static void other(sley_future *future, void *text)
{
    (void)future;
    mark("other-%s", (char *)text);
}

TEST_FIBER_WITH(done_callbacks_can_be_removed, .virtual_clock = true)
{
    static char a[] = "a", b[] = "b";
    sley_future *future = sley_future_new();

    CHECK_EQ(sley_future_remove_done_callback(future, done, a), 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(sley_future_add_done_callback(future, done, i == 1 ? b : a), 0);
    CHECK_EQ(sley_future_add_done_callback(future, other, a), 0);
    CHECK_EQ(sley_future_remove_done_callback(future, done, a), 2);
    CHECK_EQ(sley_future_remove_done_callback(future, done, a), 0);
    CHECK(sley_future_cancel(future));
    CHECK_EQ(sley_future_remove_done_callback(future, done, b), 0); /* queued */
    TURN();
    if (sl_test_many() && strcmp(trail, "b other-a")) /* two workers may run the two */
        CHECK_TEXT(trail, "other-a b");
    else
        CHECK_TEXT(trail, "b other-a");
    sley_future_drop(future);
    return 0;
}
