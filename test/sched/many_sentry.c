/* The thread that looks when all workers are at work may run anywhere, also where a worker computes
 * on the processor that it is pinned to. It asks who computes also where no pass can be made for
 * him, and costs nothing where nobody wants to hear of it. */
#include "rescue.h"

#include <dirent.h>
#include <poll.h>
#include <sys/resource.h>

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

static intptr_t computes(void *arg)
{
    compute(200);
    return (intptr_t)arg;
}

static intptr_t blocks(void *arg)
{
    CHECK(poll(NULL, 0, 200) == 0 || errno == EINTR);
    return (intptr_t)arg;
}

/* On all workers at once. */
static intptr_t on_all(sley_fn *fn)
{
    sley_task *tasks[] = {sley_create_task_with(fn, NULL, &on_0),
                          sley_create_task_with(fn, NULL, &on_1)};

    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return 0;
}

static intptr_t all_compute(void *arg)
{
    (void)arg;
    return on_all(computes);
}

static int64_t processor_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static intptr_t all_block(void *arg)
{
    int64_t before = processor_us();

    (void)arg;
    CHECK_EQ(on_all(blocks), 0);
    CHECK(processor_us() - before < 100000); /* half of the time */
    return 0;
}

static void who_is_asked_has_another_ring(void)
{
    sley_options options = {.size = sizeof options, .workers = WORKERS, .simulated_ring = true,
                            .slow_callback = sley_ms(20)};

    assert_int_equal(sley_run(all_compute, NULL, &options), 0);
}

static void nobody_wants_to_hear(void)
{
    sley_options options = {.size = sizeof options, .workers = WORKERS,
                            .slow_callback = SLEY_FOREVER};

    assert_int_equal(sley_run(all_block, NULL, &options), 0);
}

TEST_PLAIN(the_sentry_is_not_pinned)
{
    sley_options options = {.size = sizeof options, .workers = WORKERS};

    if (processors(0) < WORKERS)
        SKIP("workers share a processor: none is pinned");
    if (getenv("SLEY_WORKERS") || sl_test_simulated() || sl_test_under())
        SKIP("other workers, or threads");
    assert_int_equal(sl_test_run(body, &options), 0);
    who_is_asked_has_another_ring();
    nobody_wants_to_hear();
}
