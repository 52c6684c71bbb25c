/* A gather may be dropped while its children run: they go on, and free it. */
#include "check.h"

static _Atomic int ended;

static intptr_t child(void *arg)
{
    CHECK_EQ(sley_yield(), 0);
    ended++;
    return (intptr_t)arg;
}

TEST_FIBER(a_gather_that_is_given_up_disturbs_nobody)
{
    sley_future *children[2] = {sley_ensure_future(SLEY_CORO(child, NULL)),
                                sley_ensure_future(SLEY_CORO(child, (void *)-1001))};
    sley_future *gather;

    CHECK_EQ(sley_gather_start(&gather, 2, children, SLEY_RETURN_EXCEPTIONS), 0);
    sley_future_drop(gather);
    sley_future_drop(children[0]);
    sley_future_drop(children[1]);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(sley_yield(), 0);
    SETTLE(sley_all_tasks(NULL, 0) == 1);
    CHECK_EQ(ended, 2);
    CHECK_EQ(sley_all_tasks(NULL, 0), 1);
    return 0;
}
