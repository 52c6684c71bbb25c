/* A waiter that is cancelled after the wake, before it has run, ends cancelled. */
#include "check.h"

#include <errno.h>

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t waits(void *arg)
{
    (void)arg;
    return sley_event_wait(&event);
}

TEST_FIBER(a_cancel_beats_the_event)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *task = sley_create_task(waits, NULL);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_event_set(&event), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    return 0;
}
