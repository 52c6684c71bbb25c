/* A gather as a future: nested, with wait_for around it, read afterwards. */
#include "check.h"

#include <errno.h>

static intptr_t after(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms((intptr_t)arg)), 0);
    return (intptr_t)arg;
}

static int nested(void)
{
    sley_future *leaves[2] = {sley_ensure_future(SLEY_CORO(after, (void *)2)),
                              sley_ensure_future(SLEY_CORO(after, (void *)3))};
    sley_future *inner, *outer, *pair[2];

    CHECK_EQ(sley_gather_start(&inner, 2, leaves, 0), 0);
    pair[0] = inner;
    pair[1] = leaves[0];
    CHECK_EQ(sley_gather_start(&outer, 2, pair, 0), 0);
    CHECK_EQ(sley_gather_result(outer, 0), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_await(outer), 0);
    CHECK_EQ(sley_gather_result(outer, 0), 0);
    CHECK_EQ(sley_gather_result(outer, 1), 2);
    CHECK_EQ(sley_gather_result(inner, 1), 3);
    CHECK_EQ(sley_gather_result(inner, 2), -SLEY_EVALUE);
    CHECK_EQ(sley_gather_result(leaves[0], 0), -SLEY_EINVALIDSTATE);
    sley_future_drop(outer);
    sley_future_drop(inner);
    sley_future_drop(leaves[0]);
    sley_future_drop(leaves[1]);
    return 0;
}

TEST_FIBER_WITH(a_gather_is_a_future, .virtual_clock = true)
{
    sley_future *leaves[2], *gather;

    CHECK_EQ(nested(), 0);
    leaves[0] = sley_ensure_future(SLEY_CORO(after, (void *)2));
    leaves[1] = sley_future_new();
    CHECK_EQ(sley_gather_start(&gather, 2, leaves, 0), 0);
    CHECK_EQ(sley_wait_for(gather, sley_ms(20)), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_future_result(leaves[0]), 2);
    CHECK(sley_future_cancelled(leaves[1]));
    CHECK(!sley_future_cancel(gather));
    sley_future_drop(gather);
    sley_future_drop(leaves[0]);
    sley_future_drop(leaves[1]);

    CHECK_EQ(sley_gather_start(&gather, 0, NULL, 0), 0);
    CHECK(sley_future_done(gather));
    sley_future_drop(gather);
    return 0;
}
