/* Results come in the order of the arguments, whichever ended first; the same future may stand in
 * several places; nothing gives nothing. */
#include "check.h"

static _Atomic int running;

static intptr_t slowly(void *arg)
{
    intptr_t n = (intptr_t)arg;

    running++;
    CHECK_EQ(sley_sleep(sley_ms(10 - n)), 0);
    return n;
}

TEST_FIBER_WITH(results_come_in_the_order_of_the_arguments, .virtual_clock = true)
{
    sley_coro coros[4] = {SLEY_CORO(slowly, (void *)1), SLEY_CORO(slowly, (void *)2),
                          SLEY_CORO(slowly, (void *)3), SLEY_CORO(slowly, (void *)4)};
    intptr_t out[4] = {0};
    sley_task *task;
    sley_future *future = sley_future_new(), *twice[3];

    CHECK_EQ(sley_gather(out, 4, coros, 0), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(out[i], i + 1);
    CHECK_EQ(sley_time().ns, 9000000); /* all at once, not one after the other */

    running = 0;
    task = sley_create_task(slowly, (void *)7);
    twice[0] = twice[2] = sley_task_future(task);
    twice[1] = future;
    CHECK_EQ(sley_future_set_result(future, 11), 0);
    CHECK_EQ(sley_gather_futures(out, 3, twice, 0), 0);
    CHECK(out[0] == 7 && out[1] == 11 && out[2] == 7);
    CHECK_EQ(running, 1);
    CHECK_EQ(SLEY_GATHER(out, SLEY_FUTURE(task), future), 0);
    CHECK(out[0] == 7 && out[1] == 11);
    CHECK_EQ(sley_gather_futures(NULL, 1, &future, 0), 0); /* not wanted */

    out[0] = 99;
    CHECK_EQ(sley_gather(out, 0, NULL, 0), 0);
    CHECK_EQ(out[0], 99);
    sley_task_drop(task);
    sley_future_drop(future);
    return 0;
}
