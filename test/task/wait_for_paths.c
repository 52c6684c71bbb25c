/* wait_for: in time; too late (then it is cancelled and awaited); a word instead of ending
 * cancelled; an error; a limit of zero; no limit; a cancel from outside. */
#include "check.h"

#include <errno.h>

static _Atomic bool cleaned;

static intptr_t after(void *arg)
{
    int rc = sley_sleep(sley_ms((intptr_t)arg));

    return rc < 0 ? rc : (intptr_t)arg;
}

static intptr_t stubborn(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_s(1)), -ECANCELED);
    CHECK_EQ(sley_sleep(sley_ms(7)), 0); /* takes its time, */
    cleaned = true;
    return 42;                           /* and is not cancelled */
}

static intptr_t slow_to_die(void *arg)
{
    CHECK_EQ(sley_sleep(sley_s(1)), -ECANCELED);
    CHECK_EQ(sley_sleep(sley_ms((intptr_t)arg)), 0);
    return -ECANCELED;
}

static intptr_t fails(void *arg)
{
    (void)arg;
    return sley_raise(-1001, "no");
}

static intptr_t limit_of(sley_fn *fn, intptr_t arg, sley_duration limit)
{
    sley_future *future = sley_ensure_future(SLEY_CORO(fn, (void *)arg));
    intptr_t word = sley_wait_for(future, limit);

    EXPECT(sley_future_done(future));
    EXPECT_EQ(sley_task_cancelling(sley_current_task()), 0);
    sley_future_drop(future);
    return word;
}

static intptr_t waits(void *future)
{
    return sley_wait_for(future, sley_s(5));
}

static int cancelled_from_outside(void)
{
    sley_future *future = sley_future_new();
    sley_task *task = sley_create_task(waits, future);

    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK(sley_future_cancelled(future));
    sley_future_drop(future);
    return 0;
}

TEST_FIBER_WITH(wait_for_waits_no_longer_than_the_limit, .virtual_clock = true)
{
    sley_instant began;
    intptr_t outcome = 1;
    sley_future *future = sley_ensure_future(SLEY_CORO(fails, NULL));

    CHECK_EQ(limit_of(after, 3, sley_ms(5)), 3);
    CHECK_EQ(limit_of(after, 5, sley_ms(3)), -SLEY_ETIMEOUT);
    CHECK_EQ(limit_of(after, 5, SLEY_FOREVER), 5);
    CHECK_EQ(limit_of(fails, 0, sley_ms(5)), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "no");
    CHECK_EQ(limit_of(stubborn, 0, sley_ms(5)), 42);
    CHECK(cleaned);
    began = sley_time();
    CHECK_EQ(limit_of(slow_to_die, 30, sley_ms(5)), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_instant_sub(sley_time(), began).ns, 35000000);
    CHECK_EQ(limit_of(after, 1, sley_ms(0)), -SLEY_ETIMEOUT);
    CHECK_EQ(limit_of(after, 1, sley_ms(-1)), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_wait_for_into(future, sley_ms(1), &outcome), 0);
    CHECK_EQ(outcome, -1001);
    sley_future_drop(future);
    CHECK_EQ(sley_wait_for_coro(SLEY_CORO(after, (void *)2), sley_ms(9)), 2);
    CHECK_EQ(sley_wait_for_coro(SLEY_CORO(after, (void *)9), sley_ms(2)), -SLEY_ETIMEOUT);
    CHECK_EQ(sley_wait_for_coro(SLEY_CORO(after, (void *)9), sley_ms(0)), -SLEY_ETIMEOUT);
    return cancelled_from_outside();
}
