/* With SLEY_RETURN_EXCEPTIONS errors and cancels are results like any other. */
#include "check.h"

#include "never_retrieved.h"

#include <errno.h>

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

TEST_FIBER_WITH(errors_can_be_results, .exception_handler = keep)
{
    sley_coro coros[2] = {SLEY_CORO(word, (void *)-1001), SLEY_CORO(word, (void *)2)};
    intptr_t out[3] = {0};
    sley_task *task = sley_create_task(word, (void *)3);
    sley_task *other = sley_create_task(word, (void *)-9);
    sley_future *futures[3] = {sley_task_future(task), sley_future_new(), sley_task_future(other)};

    CHECK_EQ(sley_gather(out, 2, coros, SLEY_RETURN_EXCEPTIONS), 0);
    CHECK(out[0] == -1001 && out[1] == 2);
    CHECK(sley_future_cancel(futures[1]));
    CHECK_EQ(sley_gather_futures(out, 3, futures, SLEY_RETURN_EXCEPTIONS), 0);
    CHECK(out[0] == 3 && out[1] == -ECANCELED && out[2] == -9);
    sley_task_drop(task);
    sley_task_drop(other);
    sley_future_drop(futures[1]);
    CHECK_EQ(told.count, 0);
    return 0;
}
