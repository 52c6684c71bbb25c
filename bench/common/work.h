/* Work whose amount is known: what a task computes in the rows about several workers. The floors
 * compute the same. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "clock.h"

#include <stddef.h>
#include <stdint.h>

/* Each step needs the one before: only the clock of the processor makes it faster. */
static inline uint64_t work_step(uint64_t x)
{
    x ^= x >> 29;
    return x * 0xbf58476d1ce4e5b9u + 1;
}

static inline uint64_t work_spin(uint64_t x, long steps)
{
    for (long i = 0; i < steps; i++)
        x = work_step(x);
    return x;
}

/* Nanoseconds that a step takes on this processor, undisturbed: the least of several tries. */
static inline double work_step_ns(void)
{
    const long steps = 2000000;
    volatile uint64_t sink;
    double least = 1e9;
    for (int i = 0; i < 9; i++) {
        int64_t start = clock_now_ns();
        sink = work_spin((uint64_t)start, steps);
        double each = (double)(clock_now_ns() - start) / (double)steps;
        least = each < least ? each : least;
    }
    (void)sink;
    return least;
}

/* What the pipeline's stages do to a buffer: about 15 us each on a processor of 2022. */
enum { WORK_WORDS = 512, WORK_ROUNDS = 16 };

static inline void work_fill(uint64_t *words, uint64_t number)
{
    for (size_t i = 0; i < WORK_WORDS; i++)
        words[i] = number * WORK_WORDS + i;
}

static inline uint64_t work_stage(uint64_t *words, uint64_t x)
{
    for (int round = 0; round < WORK_ROUNDS; round++)
        for (size_t i = 0; i < WORK_WORDS; i++)
            words[i] = x = work_step(x ^ words[i]);
    return x;
}

#endif
