/* The details of errors that are results: each is its future's, and the result makes it the
 * current one, also where the gather alone still has the future. */
#include "check.h"

static intptr_t fails(void *arg)
{
    return sley_raise(-1001, "%s", (const char *)arg);
}

static intptr_t three(void *arg)
{
    (void)arg;
    return 3;
}

TEST_FIBER(a_gathered_error_has_its_detail)
{
    sley_future *gather, *futures[3] = {sley_ensure_future(SLEY_CORO(fails, "first")),
                                        sley_ensure_future(SLEY_CORO(three, NULL)),
                                        sley_ensure_future(SLEY_CORO(fails, "last"))};

    CHECK_EQ(sley_gather_start(&gather, 3, futures, SLEY_RETURN_EXCEPTIONS), 0);
    sley_future_drop(futures[1]);
    sley_future_drop(futures[2]);
    CHECK_EQ(sley_await(gather), 0);
    CHECK_EQ(sley_gather_result(gather, 2), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "last");
    CHECK_EQ(sley_gather_result(gather, 0), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "first");
    CHECK_EQ(sley_gather_result(gather, 1), 3);
    CHECK_EQ(sley_gather_result(gather, 2), -1001);
    CHECK_EQ(sley_future_exception(futures[0]), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "first");
    sley_future_drop(futures[0]);
    sley_future_drop(gather);
    return 0;
}
