#include "burn.h"

#include "clock.h"

unsigned long burn(unsigned long steps)
{
    unsigned long x = steps | 1;
    for (unsigned long i = 0; i < steps; i++)
        x = x * 6364136223846793005UL + 1442695040888963407UL;
    return x;
}

unsigned long burn_steps_per_ms(void)
{
    static unsigned long steps;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 5 && steps == 0; i++) {
        int64_t start = clock_now_ns();
        volatile unsigned long sink = burn(1000000);
        (void)sink;
        int64_t took = clock_now_ns() - start;
        best = took < best ? took : best;
    }
    if (steps == 0)
        steps = (unsigned long)(1000000 * INT64_C(1000000) / best);
    return steps;
}
