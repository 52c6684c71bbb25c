/* SLEY_AWAIT takes tasks, futures and coroutines; await_into has a channel of its own for the wait;
 * a coroutine runs when it is awaited, on this stack. */
#include "check.h"

static _Atomic int ran;

static intptr_t fails(void *arg)
{
    ran++;
    return (intptr_t)arg;
}

static intptr_t on_this_stack(void *arg)
{
    return sley_current_task() == arg;
}

TEST_FIBER_WITH(three_kinds_of_things_can_be_awaited, .virtual_clock = true)
{
    sley_future *future = sley_future_new();
    sley_coro coro = SLEY_CORO(fails, (void *)-1001);
    sley_task *task = sley_create_task(fails, (void *)8);
    intptr_t outcome = 0;

    CHECK_EQ(sley_future_set_result(future, 7), 0);
    CHECK_EQ(SLEY_AWAIT(future), 7);
    CHECK_EQ(SLEY_AWAIT(task), 8);
    CHECK_EQ(ran, 1);
    CHECK_EQ(SLEY_AWAIT(coro), -1001);
    CHECK_EQ(SLEY_AWAIT(coro), -1001); /* it is a value */
    CHECK_EQ(ran, 3);
    CHECK_EQ(SLEY_AWAIT(SLEY_CORO(on_this_stack, sley_current_task())), 1);
    CHECK(SLEY_FUTURE(task) == sley_task_future(task) && SLEY_FUTURE(future) == future);
    sley_task_drop(task);

    task = sley_create_task(fails, (void *)-1002);
    CHECK_EQ(sley_await_into(SLEY_FUTURE(task), &outcome), 0);
    CHECK_EQ(outcome, -1002);
    sley_task_drop(task);
    sley_future_drop(future);
    return 0;
}
