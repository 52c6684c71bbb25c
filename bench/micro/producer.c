/* One fiber makes many small tasks, and every worker should be busy with them.
 *
 *     micro-producer [--workers N] [ROUNDS]          how near to ideal: `efficiency`
 *     micro-producer [--workers N] --start [TRIES]   how soon a task starts elsewhere when the
 *                                                    fiber that made it computes for 100 ms
 *
 * A task computes a fixed number of steps, 10 us of them on an idle processor. Ideal is the time
 * of all steps divided by the workers. Each task is checked to have run once and computed what it
 * should. */
#include "micro.h"
#include "work.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

enum { TASKS = 20000, TASK_NS = 10000, TRIES_MAX = 10000 };

static atomic_uchar ran[TASKS];
static _Atomic uint64_t total;
static double step_ns;
static long steps, workers, rounds;

static intptr_t task(void *arg)
{
    size_t i = (size_t)arg;
    atomic_fetch_add_explicit(&total, work_spin(i, steps), memory_order_relaxed);
    atomic_fetch_add_explicit(&ran[i], 1, memory_order_relaxed);
    return 0;
}

static intptr_t produce_round(uint64_t expected)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    atomic_store(&total, 0);
    SLEY_TASK_GROUP(&group)
        for (size_t i = 0; i < TASKS; i++) {
            int rc = sley_task_group_create_task(&group, task, (void *)i);
            if (rc < 0)
                return rc;
        }
    if (group.rc < 0)
        return group.rc;
    for (size_t i = 0; i < TASKS; i++)
        if (atomic_exchange(&ran[i], 0) != 1)
            return sley_raise(-1001, "task %zu did not run once", i);
    return atomic_load(&total) == expected ? 0 : sley_raise(-1002, "the sum is wrong");
}

static intptr_t produce(void *arg)
{
    uint64_t expected = 0;
    (void)arg;
    for (size_t i = 0; i < TASKS; i++)
        expected += work_spin(i, steps);
    intptr_t rc = produce_round(expected); /* memory and processors are warm from now on */
    int64_t start = clock_now_ns();
    for (long i = 0; rc >= 0 && i < rounds; i++)
        rc = produce_round(expected);
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    if (rc < 0)
        return rc;
    double ideal = (double)rounds * TASKS * (double)steps * step_ns / (double)workers / 1e9;
    printf("{\"efficiency\": %.4f, \"seconds\": %.6f, \"ideal_seconds\": %.6f, \"ops\": %ld}\n",
           ideal / seconds, seconds, ideal, rounds * TASKS);
    return 0;
}

/* ---- --start ---- */

struct child {
    int64_t at;
    pid_t thread;
};

static intptr_t note_start(void *arg)
{
    struct child *child = arg;
    child->at = clock_now_ns();
    child->thread = gettid();
    return 0;
}

static intptr_t start_elsewhere(void *arg)
{
    long elsewhere = 0;
    int64_t sum = 0, latest = 0;
    volatile uint64_t sink;
    (void)arg;
    for (long i = 0; i < rounds; i++) {
        struct child child = {0, 0};
        pid_t here = gettid();
        int64_t made = clock_now_ns();
        sley_task *task = sley_create_task(note_start, &child);
        if (task == NULL)
            return -ENOMEM;
        sink = work_spin((uint64_t)made, (long)(100e6 / step_ns));
        intptr_t rc = sley_join(task);
        /* The other workers shall sleep again, some more deeply than others. */
        if (rc < 0 || (rc = sley_sleep(sley_ms(1 + i % 7))) < 0)
            return rc;
        int64_t late = child.at - made;
        elsewhere += child.thread != here;
        sum += late;
        latest = late > latest ? late : latest;
    }
    (void)sink;
    printf("{\"mean_us\": %.1f, \"max_us\": %.1f, \"elsewhere\": %ld, \"ops\": %ld}\n",
           (double)sum / (double)rounds / 1e3, (double)latest / 1e3, elsewhere, rounds);
    return 0;
}

int main(int argc, char **argv)
{
    workers = micro_option(&argc, argv, "--workers", 1);
    bool start = micro_flag(&argc, argv, "--start");
    rounds = argc == 2 ? atol(argv[1]) : 10;
    if (rounds < 1 || rounds > TRIES_MAX)
        return 2;
    step_ns = work_step_ns();
    steps = (long)(TASK_NS / step_ns);
    return micro_run("micro-producer", workers, start ? start_elsewhere : produce, NULL);
}
