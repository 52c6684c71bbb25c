/* Completions and timers that come one at a time are their worker's affair: nobody else wakes. */
#include "check.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>

enum { TIMES = 200 };

static long sleeps(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

static intptr_t body(void *arg)
{
    long before;

    CHECK_EQ(sley_sleep(sley_ms(20)), 0);
    before = sleeps();
    for (int i = 0; i < TIMES; i++)
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(sleeps() - before < TIMES * 3 / 2);
    return (intptr_t)arg;
}

TEST_PLAIN(one_at_a_time_wakes_nobody)
{
    sley_options options = {.workers = 4, .rescue_signal = SLEY_NO_RESCUE};
    struct itimerval interrupts;

    if (getitimer(ITIMER_REAL, &interrupts) == 0 && interrupts.it_interval.tv_usec)
        SKIP("interrupted at 1 kHz others wake");
    if (sl_test_slow() || sl_test_simulated() || getenv("SLEY_MIGRATE"))
        SKIP("other threads, looks and moves are counted, too");
    assert_int_equal(sl_test_run(body, &options), 0);
}
