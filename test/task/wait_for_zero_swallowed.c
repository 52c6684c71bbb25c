/* A limit of zero asks whether it is done; what is not is cancelled and awaited, and may return a
 * value all the same. */
#include "check.h"

#include <errno.h>

static intptr_t stubborn(void *arg)
{
    CHECK_EQ(sley_yield(), -ECANCELED);
    return (intptr_t)arg;
}

TEST_FIBER(a_limit_of_zero_cancels_and_waits)
{
    ONE_LOOP(ITS_ORDER);
    sley_future *future = sley_ensure_future(SLEY_CORO(stubborn, (void *)42));

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_wait_for(future, sley_s(0)), 42);
    CHECK_EQ(sley_wait_for(future, sley_s(0)), 42);
    sley_future_drop(future);
    return 0;
}
