/* Tasks that compute for a while between suspensions make passes of fewer dispatches: a timer waits
 * for a few of them, not for 64. */
#include "check.h"

enum { TASKS = 16 };

static int64_t deadline = INT64_MAX;
static int late, fired;

static void fire(void *arg)
{
    (void)arg;
    deadline = INT64_MAX;
    fired++;
}

static intptr_t computes(void *arg)
{
    (void)arg;
    while (fired < 10) {
        int64_t now = sley_time().ns, until = now + 500000;

        late += now > deadline;
        if (deadline == INT64_MAX && arg) {
            deadline = now + 2000000;
            CHECK(sley_handle_valid(sley_call_at((sley_instant){deadline}, fire, NULL)));
        }
        while (sley_time().ns < until)
            ;
        CHECK_EQ(sley_yield(), 0);
    }
    return 0;
}

TEST_FIBER(a_timer_waits_for_few_slow_tasks)
{
    ONE_LOOP("its pass");
    sley_coro coros[TASKS];

    for (int i = 0; i < TASKS; i++)
        coros[i] = SLEY_CORO(computes, i ? NULL : coros);
    CHECK_EQ(sley_gather(NULL, TASKS, coros, 0), 0);
    /* A due timer joins the queue behind what is ready, a round of all tasks. The first one also
     * finds a long pass, from when nobody knew yet how slow they are; with passes of 64 dispatches
     * all of them would. */
    CHECK(late <= 100 + 10 * (TASKS + 4));
    return 0;
}
