/* One FIFO for tasks and callbacks: create and call_soon append, a wake appends. */
#include "check.h"

#include "../task/trail.h"

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t says(void *text)
{
    mark("%s", (char *)text);
    sley_yield();
    mark("%s2", (char *)text);
    return 0;
}

static intptr_t waits(void *text)
{
    sley_event_wait(&event);
    mark("%s", (char *)text);
    return 0;
}

static void sets(void *arg)
{
    (void)arg;
    mark("set");
    sley_event_set(&event);
    sley_call_soon(mark_it, "late");
}

TEST_FIBER(everything_that_is_ready_runs_in_one_fifo)
{
    ONE_LOOP(ITS_ORDER);
    CHECK_EQ(sley_spawn(waits, "w1"), 0);
    CHECK_EQ(sley_spawn(says, "a"), 0);
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "cb1")));
    CHECK_EQ(sley_spawn(waits, "w2"), 0);
    CHECK(sley_handle_valid(sley_call_soon(sets, NULL)));
    CHECK_EQ(sley_spawn(says, "b"), 0);
    mark("main");
    CHECK_EQ(sley_yield(), 0);
    mark("main2");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "main a cb1 set b main2 a2 w1 w2 late b2");
    return 0;
}
