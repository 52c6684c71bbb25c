/* A process of eight workers that has nothing to do uses next to no processor time: at most 1 ms in
 * a second. */
#include "check.h"

#include <sys/resource.h>
#include <sys/time.h>

static int64_t used(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static intptr_t nothing(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(20));
}

static intptr_t body(void *arg)
{
    sley_coro coros[16];
    int64_t before;

    for (int i = 0; i < 16; i++)
        coros[i] = SLEY_CORO(nothing, NULL);
    CHECK_EQ(sley_gather(NULL, 16, coros, 0), 0); /* all have run, and sleep again */
    CHECK_EQ(sley_sleep(sley_ms(100)), 0);
    before = used();
    CHECK_EQ(sley_sleep(sley_s(1)), 0);
    CHECK(used() - before <= 1000);
    return (intptr_t)arg;
}

TEST_PLAIN(idle_workers_cost_nothing)
{
    sley_options options = {.workers = 8};
    struct itimerval interrupts;

    if (getitimer(ITIMER_REAL, &interrupts) == 0 && interrupts.it_interval.tv_usec)
        SKIP("interrupted at 1 kHz it is not idle");
    if (sl_test_slow())
        SKIP("what a sanitizer's or an emulator's own threads use is counted, too");
    if (sl_test_simulated())
        SKIP("the simulated ring looks around by itself");
    assert_int_equal(sl_test_run(body, &options), 0);
}
