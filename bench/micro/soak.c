/* Many tasks do random things to shared objects, to each other and to themselves, for as long as
 * one likes; whatever goes in must come out.
 *
 *     micro-soak [--workers N] [--seconds N] [--seed N]
 *
 * Tasks spawn, cancel, cut short by deadlines, put, get, lock, sleep, send through socket pairs,
 * drive generators and use threads. After each round of them: every item came out once, every
 * lock and permit is free, no task and no descriptor is left, memory stays what it was after the
 * warm-up. The runtime is stopped and started again some times. Status 0: all of that held. The
 * same seed makes the same tasks; how they meet is up to the machine. */
#include "clock.h"
#include "memory.h"
#include "micro.h"
#include "soak.h"

#include <limits.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { ACTORS = 64, EPOCHS = 5, HANG_SECONDS = 60 };
#define ROOM (INT64_C(32) << 20) /* what memory may grow by, beside a quarter */

long soak_workers;
static uint64_t seed;
static int64_t epoch_end, warm_bytes, most_bytes;
static atomic_long rounds;
static bool warm;

/* The entries of a folder of /proc. */
static int entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Whoever was dropped or closed may need a moment to end. */
static intptr_t settle(int descriptors)
{
    size_t tasks = 0;
    int open = 0;
    for (int i = 0; i < 10000; i++) {
        tasks = sley_all_tasks(NULL, 0);
        open = entries("/proc/self/fd");
        if (tasks == 1 && open <= descriptors)
            return 0;
        int rc = sley_sleep(sley_ms(1));
        if (rc < 0)
            return rc;
    }
    return sley_raise(-1001, "%zu tasks and %d descriptors are left, not 1 and %d", tasks, open,
                      descriptors);
}

static intptr_t check_memory(void)
{
    int64_t bytes = memory_bytes();
    most_bytes = bytes > most_bytes ? bytes : most_bytes;
    if (!warm || bytes <= warm_bytes + warm_bytes / 4 + ROOM)
        return 0;
    return sley_raise(-1002, "memory grew from %lld to %lld bytes", (long long)warm_bytes,
                      (long long)bytes);
}

static intptr_t one_round(int descriptors)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group)
        for (int i = 0; i < ACTORS; i++) {
            struct life life = {.random = random_next(&seed)};
            if (sley_task_group_create_task_copy(&group, live, &life, sizeof life) < 0)
                return -ENOMEM;
        }
    intptr_t rc = group.rc;
    if (rc == 0)
        rc = settle(descriptors);
    if (rc == 0)
        rc = soak_balance();
    if (rc == 0)
        rc = check_memory();
    atomic_fetch_add(&rounds, 1);
    return rc;
}

static intptr_t epoch(void *arg)
{
    (void)arg;
    /* A worker's ring is opened by its own thread: by the end of a round they all are there. */
    intptr_t rc = one_round(INT_MAX);
    int descriptors = entries("/proc/self/fd");
    while (rc == 0 && clock_now_ns() < epoch_end)
        rc = one_round(descriptors);
    intptr_t closed = soak_close();
    return rc < 0 ? rc : closed;
}

/* No round ends any more: says who waits for what, and gives up. */
static void *watch(void *arg)
{
    long last = -1;
    for (int still = 0; still < HANG_SECONDS; still++) {
        long now = atomic_load(&rounds);
        still = now == last ? still : 0;
        last = now;
        sleep(1);
    }
    fprintf(stderr, "micro-soak: hangs in round %ld; the tasks:\n", last);
    kill(getpid(), SIGUSR1);
    sleep(3);
    _exit(1);
    return arg;
}

/* A runtime from its start to its end: 0, or the exit status. */
static int run_epoch(int64_t seconds_ns)
{
    int descriptors = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    long before = atomic_load(&rounds);
    epoch_end = clock_now_ns() + seconds_ns;
    intptr_t rc = sley_run(epoch, NULL, &SLEY_OPTIONS(.workers = (int)soak_workers,
                                                      .seed = seed | 1,
                                                      .report_signal = SIGUSR1,
                                                      .on_deadlock = SLEY_DEADLOCK_RETURN));
    if (rc == -EINVAL && atomic_load(&rounds) == before && soak_workers > 1)
        return micro_skip("micro-soak", "this library refuses more than one worker");
    if (rc < 0) {
        fprintf(stderr, "micro-soak: %s: %s\n", sley_strerror(rc),
                sley_error_text(sley_error_detail()));
        return 1;
    }
    /* A joined thread may be seen a moment longer. */
    for (int i = 0; i < 1000 && entries("/proc/self/task") > threads; i++)
        usleep(1000);
    if (entries("/proc/self/fd") != descriptors || entries("/proc/self/task") != threads) {
        fprintf(stderr, "micro-soak: %d descriptors and %d threads became %d and %d\n",
                descriptors, threads, entries("/proc/self/fd"), entries("/proc/self/task"));
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    soak_workers = micro_option(&argc, argv, "--workers", 1);
    long seconds = micro_option(&argc, argv, "--seconds", 600);
    uint64_t first = (uint64_t)micro_option(&argc, argv, "--seed", (long)(clock_now_ns() >> 10));
    pthread_t watcher;
    int status = 0;
    if (argc != 1 || seconds < 1 || soak_workers < 1)
        return 2;
    seed = first;
    fprintf(stderr, "micro-soak: --workers %ld --seconds %ld --seed %llu\n", soak_workers, seconds,
            (unsigned long long)first);
    if (pthread_create(&watcher, NULL, watch, NULL) != 0)
        return 1;
    for (int i = 0; status == 0 && i < EPOCHS; i++) {
        status = run_epoch(seconds * (1000000000 / EPOCHS));
        if (i == 0) {
            warm_bytes = most_bytes;
            warm = true;
        }
    }
    if (status == 0)
        printf("{\"seconds\": %ld, \"seed\": %llu, \"rounds\": %ld, \"ops\": %ld, "
               "\"warm_bytes\": %lld, \"peak_bytes\": %lld}\n", seconds, (unsigned long long)first,
               atomic_load(&rounds), soak_steps(), (long long)warm_bytes, (long long)most_bytes);
    else if (status == 1)
        fprintf(stderr, "micro-soak: FAILED in round %ld with --seed %llu\n",
                atomic_load(&rounds), (unsigned long long)first);
    return status;
}
