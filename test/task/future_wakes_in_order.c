/* Everybody who awaits a future is woken in the order of waiting, and nothing runs inside of the
 * completion; a waiter that was cancelled cancels the future for all. */
#include "check.h"

#include "trail.h"

#include <errno.h>

static sley_future *future;

static intptr_t awaits(void *text)
{
    intptr_t word = sley_await(future);

    mark("%s%d", (char *)text, (int)word);
    return word;
}

TEST_FIBER(waiters_wake_in_the_order_of_waiting)
{
    ONE_LOOP(ITS_ORDER);
    static char names[3][2] = {"a", "b", "c"};
    sley_task *tasks[3];

    future = sley_future_new();
    for (int i = 0; i < 3; i++)
        CHECK_EQ(sley_spawn(awaits, names[i]), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_future_set_result(future, 1), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a1 b1 c1");
    sley_future_drop(future);

    *trail = 0;
    future = sley_future_new();
    for (int i = 0; i < 3; i++)
        tasks[i] = sley_create_task(awaits, names[i]);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(tasks[1]));
    CHECK(sley_future_cancelled(future));
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a-125 b-125 c-125");
    for (int i = 0; i < 3; i++)
        sley_task_drop(tasks[i]);
    sley_future_drop(future);
    return 0;
}
