/* 64 tasks take and release one shared lock.
 *
 *     micro-lock [--workers N] [COUNT]      prints nanoseconds for each pair; COUNT is each task's
 *     micro-lock [--workers N] --fair [MS]  prints how evenly, and who waited how long, in so many
 *                                           milliseconds (100)
 *
 * With one worker no task stops between its pairs and nobody waits; with --fair they then yield
 * after each pair. What the lock protects is counted without atomics and checked. */
#include "clock.h"
#include "micro.h"

#include <errno.h>

enum { TASKS = 64 };

static sley_lock lock = SLEY_LOCK_INIT;
static long counter, amount, workers;
static int64_t deadline;

static struct share {
    long pairs;
    int64_t longest_wait;
} shares[TASKS];

static intptr_t take_often(void *arg)
{
    (void)arg;
    for (long i = 0; i < amount; i++) {
        int rc = sley_lock_acquire(&lock);
        if (rc < 0)
            return rc;
        counter++;
        if ((rc = sley_lock_release(&lock)) < 0)
            return rc;
    }
    return 0;
}

static intptr_t take_until(void *arg)
{
    struct share share = {0, 0};
    int64_t before = clock_now_ns();
    while (before < deadline) {
        int rc = sley_lock_acquire(&lock);
        if (rc < 0)
            return rc;
        int64_t wait = clock_now_ns() - before;
        counter++;
        if ((rc = sley_lock_release(&lock)) < 0)
            return rc;
        share.pairs++;
        share.longest_wait = wait > share.longest_wait ? wait : share.longest_wait;
        if (workers == 1 && (rc = sley_yield()) < 0)
            return rc;
        before = clock_now_ns();
    }
    shares[(intptr_t)arg] = share;
    return 0;
}

/* Jain's index: 1 if all had the same, 1 / TASKS if one had everything. */
static void print_shares(int64_t elapsed)
{
    double sum = 0, squares = 0;
    int64_t longest = 0;
    for (int i = 0; i < TASKS; i++) {
        double pairs = (double)shares[i].pairs;
        sum += pairs;
        squares += pairs * pairs;
        longest = shares[i].longest_wait > longest ? shares[i].longest_wait : longest;
    }
    printf("{\"jain\": %.4f, \"max_us\": %.1f, \"ns_per_op\": %.4f, \"ops\": %.0f}\n",
           sum * sum / (TASKS * squares), (double)longest / 1e3, (double)elapsed / sum, sum);
}

static intptr_t run(void *arg)
{
    bool fair = *(bool *)arg;
    long expected = fair ? 0 : amount * TASKS;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    int64_t start = clock_now_ns();
    deadline = start + amount * 1000000;
    SLEY_TASK_GROUP(&group)
        for (intptr_t i = 0; i < TASKS; i++) {
            int rc = sley_task_group_create_task(&group, fair ? take_until : take_often,
                                                 (void *)i);
            if (rc < 0)
                return rc;
        }
    int64_t elapsed = clock_now_ns() - start;
    if (group.rc < 0)
        return group.rc;
    for (int i = 0; i < TASKS; i++)
        expected += shares[i].pairs;
    if (counter != expected || sley_lock_locked(&lock))
        return sley_raise(-1001, "%ld pairs, %ld counted", expected, counter);
    if (fair)
        print_shares(elapsed);
    else
        printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)elapsed / (double)counter, counter);
    return 0;
}

int main(int argc, char **argv)
{
    workers = micro_option(&argc, argv, "--workers", 1);
    bool fair = micro_flag(&argc, argv, "--fair");
    amount = argc == 2 ? atol(argv[1]) : fair ? 100 : 100000;
    return micro_run("micro-lock", workers, run, &fair);
}
