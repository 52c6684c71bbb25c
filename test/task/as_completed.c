/* as_completed: in the order in which they end, each once, with a limit for all of it. */
#include "check.h"

#include <errno.h>

static intptr_t after(void *arg)
{
    int rc = sley_sleep(sley_ms((intptr_t)arg));

    return rc < 0 ? rc : (intptr_t)arg;
}

static sley_future *f[3];

static int open(sley_as_completed *each, sley_duration limit)
{
    static const intptr_t ms[3] = {6, 2, 4};

    for (int i = 0; i < 3; i++)
        f[i] = sley_ensure_future(SLEY_CORO(after, (void *)ms[i]));
    return sley_as_completed_open(each, 3, f, limit);
}

static void drop(void)
{
    for (int i = 0; i < 3; i++)
        sley_future_drop(f[i]);
}

static intptr_t nexts(void *each)
{
    sley_future *future;

    return sley_as_completed_next(each, &future);
}

static int with_a_limit(void)
{
    sley_as_completed each;
    sley_future *future;
    sley_task *task;

    CHECK_EQ(open(&each, sley_ms(3)), 0);
    CHECK_EQ(sley_as_completed_next(&each, &future), 1);
    CHECK(future == f[1]);
    CHECK_EQ(sley_as_completed_next(&each, &future), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_as_completed_next(&each, &future), -SLEY_ETIMEOUT);
    CHECK(!sley_future_done(f[0]));
    sley_as_completed_close(&each);
    CHECK_EQ(sley_as_completed_next(&each, &future), -EINVAL);
    CHECK_EQ(sley_await(f[0]), 6);
    drop();

    CHECK_EQ(open(&each, SLEY_FOREVER), 0);
    task = sley_create_task(nexts, &each);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_as_completed_next(&each, &future), 1); /* nothing was lost by that */
    CHECK(future == f[1]);
    sley_as_completed_close(&each);
    sley_as_completed_close(&each);
    CHECK_EQ(sley_await(f[0]), 6);
    drop();
    return 0;
}

TEST_FIBER_WITH(the_first_to_end_comes_first, .virtual_clock = true)
{
    sley_as_completed each;
    sley_future *future, *twice[4];
    int order[4] = {0}, n = 0;

    CHECK_EQ(open(&each, SLEY_FOREVER), 0);
    while (sley_as_completed_next(&each, &future) > 0)
        order[n++] = (int)sley_future_result(future);
    CHECK(n == 3 && order[0] == 2 && order[1] == 4 && order[2] == 6);
    CHECK_EQ(sley_as_completed_next(&each, &future), 0);
    sley_as_completed_close(&each);
    for (int i = 0; i < 4; i++)
        twice[i] = f[i % 2]; /* done already, and twice */
    CHECK_EQ(sley_as_completed_open(&each, 4, twice, SLEY_FOREVER), 0);
    CHECK_EQ(sley_as_completed_next(&each, &future), 1);
    CHECK(future == f[0]);
    CHECK_EQ(sley_as_completed_next(&each, &future), 1);
    CHECK(future == f[1]);
    CHECK_EQ(sley_as_completed_next(&each, &future), 0);
    sley_as_completed_close(&each);
    drop();
    CHECK_EQ(sley_as_completed_open(&each, 0, NULL, SLEY_FOREVER), 0);
    CHECK_EQ(sley_as_completed_next(&each, &future), 0);
    sley_as_completed_close(&each);
    return with_a_limit();
}
