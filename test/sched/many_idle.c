/* A process of eight workers that has nothing to do uses next to no processor time: it wakes a few
 * times in a second, and there is a second with at most 1 ms. One second says little about time: a
 * wake on a loaded machine, whose caches are others', has cost a whole one. */
#include "check.h"

#include <sys/resource.h>
#include <sys/time.h>

enum {
    ITS_WAKES = 16, /* the sleep's end, and those whom its worker wakes: 2 to 4 */
    SECONDS = 5,
};

static int64_t microseconds(const struct rusage *usage)
{
    return ((int64_t)usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
           usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

/* The processor time of an idle second. */
static int64_t idle_second(void)
{
    struct rusage before;
    struct rusage after;

    getrusage(RUSAGE_SELF, &before);
    CHECK_EQ(sley_sleep(sley_s(1)), 0);
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_nvcsw - before.ru_nvcsw <= ITS_WAKES);
    return microseconds(&after) - microseconds(&before);
}

static intptr_t nothing(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(20));
}

static intptr_t body(void *arg)
{
    sley_coro coros[16];
    int64_t least = INT64_MAX;

    for (int i = 0; i < 16; i++)
        coros[i] = SLEY_CORO(nothing, NULL);
    CHECK_EQ(sley_gather(NULL, 16, coros, 0), 0); /* all have run, and sleep again */
    CHECK_EQ(sley_sleep(sley_ms(100)), 0);
    for (int i = 0; i < SECONDS && least > 1000; i++) {
        int64_t used = idle_second();

        least = used < least ? used : least;
    }
    if (sl_test_timed())
        CHECK(least <= 1000);
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
