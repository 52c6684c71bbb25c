/* What a yield costs between two fibers, and whether a timer and a pipe are served meanwhile.
 *
 *     micro-yield SECONDS          two fibers yield all the time
 *     micro-yield SECONDS idle     nobody yields: the control
 *
 * A timer is due every millisecond, and a plain thread writes the time of day into a pipe every
 * millisecond; how late each arrives is what the two figures of lateness say. With two processors
 * the loop stays on the first and the thread on the second. */
#include "clock.h"

#include <pthread.h>
#include <sched.h>
#include <sley.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { EVENTS_MAX = 200000, PERIOD_NS = 1000000 };

struct lateness {
    size_t count;
    int64_t ns[EVENTS_MAX];
};

static struct lateness timer, pipe_reads;
static int pipe_fds[2];
static volatile bool stop;
static atomic_bool stop_writer;
static int64_t end_at;
static uint64_t yields;
static sley_instant due;
static cpu_set_t granted;

static void note(struct lateness *lateness, int64_t ns)
{
    if (lateness->count < EVENTS_MAX)
        lateness->ns[lateness->count++] = ns;
}

/* Stays on the n-th of the processors that this process was given, if there are so many. */
static void use_cpu(int n)
{
    if (CPU_COUNT(&granted) < 2)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &granted) && n-- == 0) {
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(cpu, &set);
            sched_setaffinity(0, sizeof set, &set);
            return;
        }
    }
}

static void *write_pipe(void *arg)
{
    struct timespec next;
    use_cpu(1);
    prctl(PR_SET_TIMERSLACK, 1);
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!atomic_load(&stop_writer)) {
        next.tv_nsec += PERIOD_NS;
        if (next.tv_nsec >= 1000000000) {
            next.tv_nsec -= 1000000000;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        int64_t now = clock_now_ns();
        if (write(pipe_fds[1], &now, sizeof now) != sizeof now)
            break;
    }
    close(pipe_fds[1]);
    return arg;
}

static void tick(void *arg)
{
    int64_t now = clock_now_ns();
    note(&timer, now - due.ns);
    if (now >= end_at) {
        stop = true;
        atomic_store(&stop_writer, true);
        return;
    }
    /* The next whole period that is still to come: one late tick is not counted again. */
    while (due.ns <= now)
        due.ns += PERIOD_NS;
    sley_call_at(due, tick, arg);
}

static intptr_t read_pipe(void *arg)
{
    int64_t stamps[64];
    ssize_t n;
    (void)arg;
    while ((n = sley_read(pipe_fds[0], stamps, sizeof stamps)) > 0) {
        int64_t now = clock_now_ns();
        for (size_t i = 0; i < (size_t)n / sizeof *stamps; i++)
            note(&pipe_reads, now - stamps[i]);
    }
    sley_close(pipe_fds[0]);
    return n;
}

static intptr_t yielder(void *arg)
{
    uint64_t n = 0;
    (void)arg;
    while (!stop) {
        int rc = sley_yield();
        if (rc < 0)
            return rc;
        n++;
    }
    yields += n;
    return 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_lateness(const char *name, struct lateness *lateness)
{
    size_t n = lateness->count;
    if (n == 0)
        abort(); /* it was not served at all */
    qsort(lateness->ns, n, sizeof *lateness->ns, compare);
    printf(", \"%s_p50_us\": %.1f, \"%s_p99_us\": %.1f, \"%s_max_us\": %.1f, \"%s_events\": %zu",
           name, (double)lateness->ns[n / 2] / 1e3, name, (double)lateness->ns[n * 99 / 100] / 1e3,
           name, (double)lateness->ns[n - 1] / 1e3, name, n);
}

struct plan {
    double seconds;
    bool idle;
};

static intptr_t run(void *arg)
{
    const struct plan *plan = arg;
    pthread_t writer;
    if (pipe(pipe_fds) != 0 || pthread_create(&writer, NULL, write_pipe, NULL) != 0)
        abort();
    use_cpu(0);
    int64_t start = clock_now_ns();
    end_at = start + (int64_t)(plan->seconds * 1e9);
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group) {
        sley_task_group_create_task(&group, read_pipe, NULL);
        due = sley_instant_add(sley_time(), sley_ns(PERIOD_NS));
        sley_call_at(due, tick, NULL);
        for (int i = 0; i < 2 && !plan->idle; i++)
            sley_task_group_create_task(&group, yielder, NULL);
    }
    double ns = (double)(clock_now_ns() - start);
    pthread_join(writer, NULL);
    if (group.rc < 0)
        return group.rc;
    if (plan->idle)
        printf("{\"ops\": 0");
    else
        printf("{\"ns_per_op\": %.4f, \"ops\": %llu", ns / (double)yields,
               (unsigned long long)yields);
    print_lateness("timer", &timer);
    print_lateness("pipe", &pipe_reads);
    printf("}\n");
    return 0;
}

int main(int argc, char **argv)
{
    sched_getaffinity(0, sizeof granted, &granted);
    struct plan plan = {argc > 1 ? atof(argv[1]) : 1.0, argc > 2 && strcmp(argv[2], "idle") == 0};
    intptr_t rc = sley_run(run, &plan, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-yield: %s\n", sley_strerror(rc));
    return rc < 0;
}
