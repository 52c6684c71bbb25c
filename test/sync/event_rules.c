/* set wakes everybody who waits, in order, even if clear follows at once; a set event does not
 * suspend; a cancelled waiter leaves. */
#include "check.h"

#include "../task/trail.h"

#include <errno.h>

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t waits(void *name)
{
    int rc = sley_event_wait(&event);

    mark("%s%s", (char *)name, rc == 0 ? "" : rc == -ECANCELED ? "-C" : "-?");
    return rc;
}

TEST_FIBER(the_rules_of_an_event)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *cancelled;

    CHECK(!sley_event_is_set(&event));
    CHECK_EQ(sley_spawn(waits, "a"), 0);
    cancelled = sley_create_task(waits, "b");
    CHECK_EQ(sley_spawn(waits, "c"), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(cancelled));
    CHECK_EQ(sley_event_set(&event), 0);
    CHECK_EQ(sley_event_clear(&event), 0);
    CHECK_EQ(sley_spawn(waits, "late"), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "b-C a c");
    CHECK_EQ(sley_join(cancelled), -ECANCELED);
    CHECK_EQ(sley_event_set(&event), 0);
    CHECK_EQ(sley_event_set(&event), 0);
    CHECK(sley_event_is_set(&event));
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "x")));
    CHECK_EQ(sley_event_wait(&event), 0);
    CHECK_TEXT(trail, "b-C a c");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "b-C a c late x");
    return 0;
}
