/* A task that returns while a cancel is pending ends cancelled: its value is lost; an error is
 * not. */
#include "check.h"

#include <errno.h>

static intptr_t cancels_itself(void *word)
{
    sley_task_cancel(sley_current_task());
    return (intptr_t)word;
}

static intptr_t takes_it_back(void *word)
{
    sley_task_cancel(sley_current_task());
    sley_task_cancel(sley_current_task());
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 1);
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 0);
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 0); /* not below */
    CHECK_EQ(sley_yield(), 0); /* forgotten, too */
    return (intptr_t)word;
}

static intptr_t still_one(void *word)
{
    sley_task_cancel(sley_current_task());
    sley_task_cancel(sley_current_task());
    CHECK_EQ(sley_task_uncancel(sley_current_task()), 1);
    CHECK_EQ(sley_yield(), -ECANCELED);
    return (intptr_t)word;
}

TEST_FIBER_WITH(a_value_returned_with_a_cancel_pending_is_lost, .virtual_clock = true)
{
    CHECK_EQ(sley_join(sley_create_task(cancels_itself, (void *)5)), -ECANCELED);
    CHECK_EQ(sley_join(sley_create_task(cancels_itself, (void *)-1001)), -1001);
    CHECK_EQ(sley_join(sley_create_task(takes_it_back, (void *)6)), 6);
    CHECK_EQ(sley_join(sley_create_task(still_one, (void *)7)), 7);
    return 0;
}
