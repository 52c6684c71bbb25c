/* Cancelling a task cancels what it awaits, and so on down; who returns something else instead
 * stops it there. */
#include "check.h"

#include <errno.h>

static intptr_t sleeps(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    return rc == -ECANCELED && arg ? (intptr_t)arg : rc;
}

static intptr_t awaits(void *arg)
{
    return sley_task_await(arg);
}

static int chain(intptr_t bottom, intptr_t wanted, unsigned cancelling)
{
    sley_task *a = sley_create_task(sleeps, (void *)bottom);
    sley_task *b = sley_create_task(awaits, a), *c = sley_create_task(awaits, b);

    TURN();
    CHECK(sley_task_cancel(c));
    CHECK_EQ(sley_task_cancelling(a), cancelling);
    CHECK_EQ(sley_join(c), wanted);
    CHECK_EQ(sley_join(b), wanted);
    CHECK_EQ(sley_join(a), wanted);
    return 0;
}

TEST_FIBER_WITH(a_cancel_goes_to_the_end_of_the_chain, .virtual_clock = true)
{
    CHECK_EQ(chain(0, -ECANCELED, 1), 0);
    CHECK_EQ(chain(9, 9, 1), 0); /* swallowed at the end: nobody is cancelled */
    return 0;
}
