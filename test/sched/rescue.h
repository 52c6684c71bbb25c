/* rescue.h: a fiber that computes on worker 0, while worker 1 has nothing to do. */
#ifndef SL_TEST_RESCUE_H
#define SL_TEST_RESCUE_H

#include "check.h"

#include "base/atomic.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const sley_task_options on_0 = {.pinned = true, .worker = 0};
static const sley_task_options on_1 = {.pinned = true, .worker = 1};

static sl_atomic_u32 stop;

static inline int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Arithmetic alone, until it is stopped: true; or the time is over. */
__attribute__((noinline, unused)) static bool compute(int64_t ms)
{
    int64_t end = now_ns() + ms * 1000000;
    volatile unsigned long x = 1;

    while (!sl_load_relaxed(&stop)) {
        for (int i = 0; i < 20000; i++)
            x = x * 6364136223846793005u + 1;
        if (now_ns() > end)
            return false;
    }
    return true;
}

/* From now on workers share one processor: who looks never finds another one running. */
static inline bool keep_one_processor(void)
{
    cpu_set_t all, one;

    if (sched_getaffinity(0, sizeof all, &all) < 0)
        return false;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
}

/* TSan keeps a signal back until the next call of the C library's. */
#if defined(__SANITIZE_THREAD__)
#define SIGNALS_WAIT true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGNALS_WAIT true
#endif
#endif
#ifndef SIGNALS_WAIT
#define SIGNALS_WAIT false
#endif

#define NEEDS_RESCUE()                                                             \
    do {                                                                           \
        if (SIGNALS_WAIT || sl_test_under() || sl_test_simulated() ||              \
            getenv("SLEY_MIGRATE")) /* who roams may be sent to the busy one */    \
            SKIP("here nobody is rescued, or not in time");                        \
    } while (0)

#endif
