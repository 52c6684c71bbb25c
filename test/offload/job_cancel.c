/* A cancel meets a job that is queued, begins, runs or ends: its future ends once, the pool and the
 * loop agree on how many jobs there are (else close would wait for ever), and work that was taken
 * back does not run. Cancels come from tasks and from plain threads. */
#include "each_workers.h"

#include <pthread.h>

enum { JOBS = 40, ROUNDS = 150 };

static _Atomic long begun;
static sley_future *jobs[JOBS];

static intptr_t work(void *arg)
{
    atomic_fetch_add(&begun, 1);
    for (volatile intptr_t i = 0; i < (intptr_t)arg * 40; i++)
        ;
    return 1;
}

static void *cancels(void *arg)
{
    (void)arg;
    for (int i = 0; i < JOBS; i += 2)
        sley_future_cancel(jobs[i]);
    return NULL;
}

static intptr_t cancels_too(void *arg)
{
    (void)arg;
    for (int i = 0; i < JOBS; i += 3)
        sley_future_cancel(jobs[i]);
    return 0;
}

static intptr_t once(void)
{
    sley_task *task;
    pthread_t thread;
    long done = 0;

    atomic_store(&begun, 0);
    for (intptr_t i = 0; i < JOBS; i++)
        CHECK((jobs[i] = sley_run_in_executor(NULL, work, (void *)i)) != NULL);
    CHECK(pthread_create(&thread, NULL, cancels, NULL) == 0);
    CHECK((task = sley_create_task(cancels_too, NULL)) != NULL);
    CHECK_EQ(sley_join(task), 0);
    for (int i = 0; i < JOBS; i++) {
        intptr_t word = -SLEY_EINVALIDSTATE;

        if (i % 5) /* the others are forgotten */
            CHECK((word = sley_await(jobs[i])) == 1 || word == -ECANCELED);
        done += word == 1;
    }
    pthread_join(thread, NULL);
    for (int i = 0; i < JOBS; i++)
        sley_future_drop(jobs[i]);
    CHECK(done <= atomic_load(&begun));
    return 0;
}

TEST_PLAIN(a_job_is_cancelled_at_any_time)
{
    each_workers_race(once, ROUNDS);
}
