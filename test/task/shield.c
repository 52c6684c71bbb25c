/* shield: the waiter is cancelled, what it waits for is not; a cancel of the inner one is passed
 * on. */
#include "check.h"

#include <errno.h>

static intptr_t after(void *arg)
{
    int rc = sley_sleep(sley_ms((intptr_t)arg));

    return rc < 0 ? rc : (intptr_t)arg;
}

static intptr_t shields(void *future)
{
    return sley_shield(future);
}

TEST_FIBER_WITH(a_shield_keeps_the_cancel_from_the_inner_one, .virtual_clock = true)
{
    sley_future *inner = sley_ensure_future(SLEY_CORO(after, (void *)5)), *outer;
    sley_task *task = sley_create_task(shields, inner);

    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK(!sley_future_done(inner));
    outer = sley_shield_future(inner);
    CHECK(outer != inner);
    CHECK_EQ(sley_wait_for(outer, sley_ms(1)), -SLEY_ETIMEOUT);
    CHECK(sley_future_cancelled(outer));
    sley_future_drop(outer);
    CHECK_EQ(sley_shield(inner), 5);
    outer = sley_shield_future(inner);
    CHECK(outer == inner); /* done: itself */
    sley_future_drop(outer);
    sley_future_drop(inner);

    inner = sley_ensure_future(SLEY_CORO(after, (void *)5));
    outer = sley_shield_future(inner);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_future_cancel(inner));
    CHECK_EQ(sley_await(outer), -ECANCELED);
    sley_future_drop(outer);
    sley_future_drop(inner);
    CHECK_EQ(sley_shield(NULL), -EINVAL);
    return 0;
}
