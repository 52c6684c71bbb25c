/* A yield among many fibers, round robin.
 *
 *     micro-yield-10k FIBERS ROUNDS     prints nanoseconds for each yield */
#include "clock.h"

#include <sley.h>
#include <stdio.h>
#include <stdlib.h>

static long fibers, rounds;
static long ready; /* fibers that have begun */
static uint64_t yields;
static int64_t start;

static intptr_t yielder(void *arg)
{
    (void)arg;
    /* Every fiber touches its stack before the first one takes the time. */
    if (++ready < fibers)
        sley_yield();
    else
        start = clock_now_ns();
    for (long i = 0; i < rounds; i++) {
        int rc = sley_yield();
        if (rc < 0)
            return rc;
    }
    yields += (uint64_t)rounds;
    return 0;
}

static intptr_t run(void *arg)
{
    (void)arg;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group)
        for (long i = 0; i < fibers; i++) {
            int rc = sley_task_group_create_task(&group, yielder, NULL);
            if (rc < 0)
                return rc;
        }
    double ns = (double)(clock_now_ns() - start);
    if (group.rc < 0)
        return group.rc;
    if (yields != (uint64_t)fibers * (uint64_t)rounds)
        abort();
    printf("{\"ns_per_op\": %.4f, \"ops\": %llu}\n", ns / (double)yields,
           (unsigned long long)yields);
    return 0;
}

int main(int argc, char **argv)
{
    fibers = argc > 1 ? atol(argv[1]) : 10000;
    rounds = argc > 2 ? atol(argv[2]) : 200;
    intptr_t rc = sley_run(run, NULL, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-yield-10k: %s\n", sley_strerror(rc));
    return rc < 0;
}
