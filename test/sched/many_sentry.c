/* The thread that looks when all workers are at work may run anywhere, also where a worker computes
 * on the processor that it is pinned to. */
#include "check.h"

#include <dirent.h>
#include <sched.h>
#include <stdlib.h>

enum { WORKERS = 2 };

static int processors(pid_t tid)
{
    cpu_set_t cpus;

    return sched_getaffinity(tid, sizeof cpus, &cpus) < 0 ? 0 : CPU_COUNT(&cpus);
}

/* How many threads may run on one processor alone; *all: how many there are. */
static int pinned_threads(int *all)
{
    DIR *threads = opendir("/proc/self/task");
    struct dirent *entry;
    int pinned = 0;

    CHECK(threads != NULL);
    *all = 0;
    while ((entry = readdir(threads)))
        if (*entry->d_name != '.') {
            ++*all;
            pinned += processors((pid_t)atol(entry->d_name)) == 1;
        }
    closedir(threads);
    return pinned;
}

static intptr_t body(void *arg)
{
    int all, pinned = pinned_threads(&all);

    /* It may be about to begin. */
    for (int i = 0; i < 5000 && (all == WORKERS || pinned != WORKERS); i++) {
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
        pinned = pinned_threads(&all);
    }
    CHECK(all > WORKERS);
    CHECK_EQ(pinned, WORKERS);
    return (intptr_t)arg;
}

TEST_PLAIN(the_sentry_is_not_pinned)
{
    sley_options options = {.size = sizeof options, .workers = WORKERS};

    if (processors(0) < WORKERS)
        SKIP("workers share a processor: none is pinned");
    if (getenv("SLEY_WORKERS") || sl_test_simulated() || sl_test_under())
        SKIP("other workers, or threads");
    assert_int_equal(sl_test_run(body, &options), 0);
}
