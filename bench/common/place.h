/* Threads on processors, and the latencies that are noted there. */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Pins the calling thread to the n-th processor that was ours when the first thread asked (before
 * any other was started); to the last one if there are fewer. */
static inline void place_on(int n)
{
    static cpu_set_t ours;
    cpu_set_t one;
    if (CPU_COUNT(&ours) == 0)
        sched_getaffinity(0, sizeof ours, &ours);
    CPU_ZERO(&one);
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE && seen <= n; cpu++)
        if (CPU_ISSET(cpu, &ours)) {
            seen++;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
        }
    if (sched_setaffinity(0, sizeof one, &one) != 0) {
        perror("sched_setaffinity");
        exit(1);
    }
}

static inline int place_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts the nanoseconds and prints them as the one line of JSON. */
static inline void print_latencies(int64_t *ns, long count)
{
    qsort(ns, (size_t)count, sizeof *ns, place_compare);
    printf("{\"p50_us\": %.3f, \"p90_us\": %.3f, \"p99_us\": %.3f, \"max_us\": %.3f, "
           "\"ops\": %ld}\n", (double)ns[count / 2] / 1e3, (double)ns[count * 9 / 10] / 1e3,
           (double)ns[count * 99 / 100] / 1e3, (double)ns[count - 1] / 1e3, count);
}

#endif
