/* Cancelling the task that gathers cancels every child that is not done, and the gather ends when
 * the last one has, with -ECANCELED also under RETURN_EXCEPTIONS; a cancelled child is an error,
 * and cancels nobody. */
#include "check.h"

#include <errno.h>

static _Atomic int cancelled;
static sley_instant ended;

static intptr_t child(void *arg)
{
    int rc = sley_sleep(sley_ms(50));

    if (rc == -ECANCELED) {
        cancelled++;
        if (arg)
            sley_sleep(sley_ms((intptr_t)arg)); /* takes its time */
    }
    return rc;
}

static intptr_t gathers(void *flags)
{
    sley_coro coros[3] = {SLEY_CORO(child, NULL), SLEY_CORO(child, (void *)5),
                          SLEY_CORO(child, (void *)9)};
    int rc = sley_gather(NULL, 3, coros, (unsigned)(uintptr_t)flags);

    ended = sley_time();
    return rc;
}

static int cancel_the_gather(unsigned flags, int wait)
{
    sley_task *task = sley_create_task(gathers, (void *)(uintptr_t)flags);
    sley_instant began = sley_time();

    cancelled = 0;
    CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_instant_sub(ended, began).ns, sley_ms(wait).ns);
    CHECK_EQ(sley_sleep(sley_ms(20)), 0);
    CHECK_EQ(cancelled, 3);
    return 0;
}

TEST_FIBER_WITH(a_cancelled_gather_cancels_its_children, .virtual_clock = true)
{
    sley_future *both[2];

    CHECK_EQ(cancel_the_gather(0, 2), 0); /* the first cancelled child ends it */
    CHECK_EQ(cancel_the_gather(SLEY_RETURN_EXCEPTIONS, 11), 0);

    cancelled = 0;
    for (int i = 0; i < 2; i++)
        both[i] = sley_ensure_future(SLEY_CORO(child, NULL));
    TURN();
    CHECK(sley_future_cancel(both[0]));
    CHECK_EQ(sley_gather_futures(NULL, 2, both, 0), -ECANCELED);
    CHECK(!sley_future_done(both[1]));
    CHECK_EQ(sley_await(both[1]), 0);
    CHECK_EQ(cancelled, 1);
    sley_future_drop(both[0]);
    sley_future_drop(both[1]);
    return 0;
}
