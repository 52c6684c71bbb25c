/* A loop that waits sleeps in the kernel. */
#include "check.h"

#include <sys/resource.h>
#include <sys/time.h>

static int64_t cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (int64_t)1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

TEST_FIBER(a_loop_that_waits_uses_no_processor)
{
    sley_stats stats = {.size = sizeof stats};
    struct itimerval interrupts;
    uint64_t passes;
    int64_t before;

    if (getitimer(ITIMER_REAL, &interrupts) == 0 && interrupts.it_interval.tv_usec)
        SKIP("interrupted at 1 kHz it is not idle");
    CHECK_EQ(sley_sleep(sley_ms(1)), 0); /* whatever is made at the first time */
    CHECK_EQ(sley_stats_get(&stats), 0);
    passes = stats.passes;
    before = cpu_us();
    CHECK_EQ(sley_sleep(sley_ms(300)), 0);
    CHECK_EQ(sley_stats_get(&stats), 0);
    if (!sl_test_simulated())
        CHECK(stats.passes - passes < 10);
    if (!sl_test_simulated() && sl_test_timed())
        CHECK(cpu_us() - before < 30000);
    return 0;
}
