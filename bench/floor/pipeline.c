/* The floor of the computing pipeline: the same buffers and stages in one or two plain threads,
 * each on a processor of its own, which share nothing.
 *
 *     floor-pipeline THREADS COUNT      prints items a second and the sum of their results */
#include "place.h"
#include "work.h"

#include <pthread.h>

enum { THREADS_MAX = 64 };

static long threads, count;

static struct part {
    _Alignas(128) uint64_t words[WORK_WORDS];
    uint64_t sum;
    pthread_t thread;
} parts[THREADS_MAX];

static void *compute(void *arg)
{
    struct part *part = arg;
    long first = part - parts;
    place_on((int)first);
    for (long number = first; number < count; number += threads) {
        work_fill(part->words, (uint64_t)number);
        part->sum += work_stage(part->words, work_stage(part->words, (uint64_t)number));
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint64_t sum = 0;
    threads = argc == 3 ? atol(argv[1]) : 0;
    count = argc == 3 ? atol(argv[2]) : 0;
    if (threads < 1 || threads > THREADS_MAX || count < 1)
        return 2;
    place_on(0);
    int64_t start = clock_now_ns();
    for (long i = 1; i < threads; i++)
        if (pthread_create(&parts[i].thread, NULL, compute, &parts[i]) != 0)
            return 1;
    compute(&parts[0]);
    for (long i = 1; i < threads; i++)
        pthread_join(parts[i].thread, NULL);
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    for (long i = 0; i < threads; i++)
        sum += parts[i].sum;
    printf("{\"items_per_s\": %.0f, \"sum\": %llu, \"ops\": %ld}\n", (double)count / seconds,
           (unsigned long long)sum, count);
    return 0;
}
