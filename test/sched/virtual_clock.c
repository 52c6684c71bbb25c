/* On the virtual clock hours pass in no time, in order, and time stands still while anything is
 * ready. */
#include "check.h"

#include "../task/trail.h"

#include <time.h>

static intptr_t sleeps(void *arg)
{
    int hours = (int)(intptr_t)arg;

    CHECK_EQ(sley_sleep(sley_s(3600 * hours)), 0);
    mark("%d@%d", hours, (int)(sley_time().ns / 1000000000 / 3600));
    return 0;
}

TEST_FIBER_WITH(virtual_time_jumps_to_the_next_deadline, .virtual_clock = true)
{
    sley_coro coros[3] = {SLEY_CORO(sleeps, (void *)9), SLEY_CORO(sleeps, (void *)2),
                          SLEY_CORO(sleeps, (void *)5)};
    struct timespec began, ended;

    clock_gettime(CLOCK_MONOTONIC, &began);
    CHECK_EQ(sley_time().ns, 0);
    CHECK_EQ(sley_gather(NULL, 3, coros, 0), 0);
    CHECK_TEXT(trail, "2@2 5@5 9@9");
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_time().ns, (intptr_t)9 * 3600 * 1000000000);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    CHECK(ended.tv_sec - began.tv_sec < 9);
    return 0;
}
