/* Many timers: what arming and running COUNT callbacks over a second costs.
 *
 *     micro-timers COUNT       prints the CPU seconds
 *
 * Each callback is counted; each 64th checks that it is not early and notes how late it is. */
#include "clock.h"
#include "random.h"

#include <errno.h>
#include <sley.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t left;
static int64_t late_max;
static bool early;
static sley_event done = SLEY_EVENT_INIT_LOCAL;

enum { CHECKED_EVERY = 64, CHECKED_MAX = 65536 };

static sley_instant due[CHECKED_MAX];

static void fire(void *arg)
{
    (void)arg;
    if (--left == 0)
        sley_event_set(&done);
}

static void fire_checked(void *arg)
{
    int64_t late = clock_now_ns() - ((sley_instant *)arg)->ns;
    if (late < 0)
        early = true;
    if (late > late_max)
        late_max = late;
    fire(NULL);
}

static intptr_t run(void *arg)
{
    uint64_t count = *(uint64_t *)arg, seed = 1;
    left = count;
    int64_t cpu = clock_cpu_ns(), start = clock_now_ns();
    for (uint64_t i = 0; i < count; i++) {
        sley_duration delay = sley_ns((int64_t)random_below(&seed, 1000000000));
        sley_instant *when = i % CHECKED_EVERY == 0 ? &due[i / CHECKED_EVERY ] : NULL;
        sley_handle handle = sley_call_later(delay, when != NULL ? fire_checked : fire, when);
        if (!sley_handle_valid(handle))
            return -ENOMEM;
        if (when != NULL) {
            *when = sley_handle_when(handle);
            early = early || when->ns < start + delay.ns;
        }
    }
    int rc = sley_event_wait(&done);
    cpu = clock_cpu_ns() - cpu;
    if (rc < 0 || left != 0)
        return rc < 0 ? rc : -1001;
    if (early)
        return sley_raise(-1002, "a timer fired before it was due");
    printf("{\"seconds\": %.6f, \"elapsed_seconds\": %.6f, \"late_max_us\": %.1f, "
           "\"ops\": %llu}\n",
           (double)cpu / 1e9, (double)(clock_now_ns() - start) / 1e9, (double)late_max / 1e3,
           (unsigned long long)count);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t count = argc == 2 ? strtoull(argv[1], NULL, 0) : 1000000;
    intptr_t rc = -EINVAL;
    if (count >= 1 && count <= CHECKED_EVERY * CHECKED_MAX)
        rc = sley_run(run, &count, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-timers: error %ld, %s\n", (long)rc, sley_strerror(rc));
    return rc < 0;
}
