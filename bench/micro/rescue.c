/* A fiber waits for a byte, or sleeps, on a worker where another one then computes for long: how
 * long after the byte was written, or its time had come, it goes on elsewhere.
 *
 *     micro-rescue [--workers N] [--off] [--timer] [COUNT]     prints the latencies
 *
 * One event in each stall, at a random moment of it; the stall begins when all have slept for a
 * while. --off: nobody is rescued, the control. */
#include "burn.h"
#include "clock.h"
#include "micro.h"
#include "place.h"
#include "random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { COUNT_MAX = 100000, STALL_MS = 24, WITHIN_MS = 16, ELSEWHERE = 1 };

static int64_t late[COUNT_MAX];
static long count;
static bool timer;
static uint64_t seed = 88172645463325252u;

/* What the plain thread is told, and by which it tells. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t write_at;          /* 0: nothing to do; -1: the end */
    _Atomic int64_t written;
    int fd;
} event = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void sleep_until(int64_t at)
{
    struct timespec t = {at / 1000000000, at % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

static void *writer(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&event.mutex);
    for (;;) {
        while (event.write_at == 0)
            pthread_cond_wait(&event.changed, &event.mutex);
        if (event.write_at < 0)
            break;
        sleep_until(event.write_at);
        event.write_at = 0;
        atomic_store(&event.written, clock_now_ns());
        if (write(event.fd, "x", 1) != 1)
            abort();
    }
    pthread_mutex_unlock(&event.mutex);
    return NULL;
}

static void write_at(int64_t at)
{
    pthread_mutex_lock(&event.mutex);
    event.write_at = at;
    pthread_cond_signal(&event.changed);
    pthread_mutex_unlock(&event.mutex);
}

struct round {
    int fd;
    int64_t at;                /* when the event is to come */
    int64_t late;              /* and how late the fiber was */
    atomic_int parked, stalls;
};

/* Any worker may go on with it; it waits in the ring, or the wheel, of worker 0, or has been stolen
 * before. */
static intptr_t waits(void *arg)
{
    struct round *round = arg;
    char byte;
    if (sley_worker_index() != 0)
        return ELSEWHERE;
    atomic_store(&round->parked, 1);
    if (timer) {
        int rc = sley_sleep_until((sley_instant){round->at});
        round->late = clock_now_ns() - round->at;
        return rc;
    }
    ssize_t n = sley_recv(round->fd, &byte, 1);
    round->late = clock_now_ns() - atomic_load(&event.written);
    return n == 1 ? 0 : n;
}

/* On worker 0: makes the other one, sleeps until it waits, and computes. */
static intptr_t stalls(void *arg)
{
    struct round *round = arg;
    int64_t begin = clock_now_ns() + 8000000;
    round->at = begin + (int64_t)(random_below(&seed, WITHIN_MS * 1000000)) + 1000000;
    sley_task *task = sley_create_task(waits, round);
    if (task == NULL)
        return -ENOMEM;
    while (atomic_load(&round->parked) == 0 && !sley_task_done(task))
        sley_yield();
    if (atomic_load(&round->parked) == 0)
        return sley_join(task);
    if (!timer)
        write_at(round->at);
    sley_sleep_until((sley_instant){begin});
    volatile unsigned long sink = burn(STALL_MS * burn_steps_per_ms());
    (void)sink;
    return sley_join(task);
}

static intptr_t run(void *arg)
{
    int pair[2];
    sley_task_options here = {.pinned = true, .worker = 0};
    (void)arg;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    event.fd = pair[1];
    for (long i = 0; i < count; i++) {
        struct round round = {.fd = pair[0]};
        intptr_t rc = sley_join(sley_create_task_with(stalls, &round, &here));
        if (rc < 0)
            return rc;
        if (rc == ELSEWHERE) {
            i--;
            continue;
        }
        late[i] = round.late;
    }
    print_latencies(late, count);
    return 0;
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 2);
    bool off = micro_flag(&argc, argv, "--off");
    pthread_t thread;
    timer = micro_flag(&argc, argv, "--timer");
    count = argc == 2 ? atol(argv[1]) : 300;
    if (count < 1 || count > COUNT_MAX)
        return 2;
    burn_steps_per_ms();
    if (pthread_create(&thread, NULL, writer, NULL) != 0)
        return 1;
    intptr_t rc = sley_run(run, NULL, &SLEY_OPTIONS(.workers = (int)workers,
                                                    .rescue_signal = off ? SLEY_NO_RESCUE : 0));
    write_at(-1);
    pthread_join(thread, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-rescue: error %ld, %s\n", (long)rc, sley_strerror(rc));
    return rc < 0;
}
