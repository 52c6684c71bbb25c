/* A section that blocks is taken back by a cancel if no thread has begun it; else its end tells of
 * the cancel, be it a request, a deadline or a scope's. Both ends are suspension points. */
#include "each_workers.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

static sem_t hold;
static _Atomic long begun;
static sley_executor *one_thread;

static void wait_for_the_hold(void)
{
    while (sem_wait(&hold) < 0)
        ;
}

static intptr_t holds(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    SLEY_BLOCKING_IN(&section, arg) {
        atomic_fetch_add(&begun, 1);
        wait_for_the_hold();
    }
    return section.rc;
}

static intptr_t never_runs(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    SLEY_BLOCKING_IN(&section, arg)
        EXPECT(!"a section ran that was taken back");
    return section.rc;
}

static intptr_t never_runs_in_time(void *arg)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;

    SLEY_TIMEOUT(&limit, sley_ms(5))
        rc = never_runs(arg);
    return rc;
}

static sley_task *holder(sley_executor *executor)
{
    long wanted = atomic_load(&begun) + 1; /* before: another worker may be quick */
    sley_task *task = sley_create_task(holds, executor);

    while (task && !sley_task_done(task) && atomic_load(&begun) < wanted)
        sley_sleep(sley_us(100));
    return task;
}

static intptr_t queued(void)
{
    sley_task *first = holder(one_thread), *second, *third;

    CHECK((second = sley_create_task(never_runs, one_thread)) != NULL);
    CHECK((third = sley_create_task(never_runs_in_time, one_thread)) != NULL);
    CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    CHECK(sley_task_cancel(second));
    CHECK_EQ(sley_join(second), -ECANCELED); /* while the first one has the thread */
    CHECK_EQ(sley_join(third), -SLEY_ETIMEOUT);
    sem_post(&hold);
    CHECK_EQ(sley_join(first), 0);
    return 0;
}

static intptr_t running(void)
{
    sley_task *task = holder(NULL);

    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    CHECK(!sley_task_done(task));
    sem_post(&hold);
    CHECK_EQ(sley_join(task), -ECANCELED);
    return 0;
}

static intptr_t lasts(sley_duration limit)
{
    sley_timeout timeout = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0, after = 0;

    SLEY_TIMEOUT(&timeout, limit) {
        sley_blocking section = SLEY_BLOCKING_INIT;

        SLEY_BLOCKING(&section) {
            while (!sley_timeout_expired(&timeout))
                sched_yield();
            /* Among many workers it is about to be told. */
            nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        }
        rc = section.rc;
        after = sley_yield();
    }
    EXPECT_EQ(after, rc);
    return rc;
}

static intptr_t asks_itself(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    bool ran = false;

    /* Entering is a suspension point, also where it need not wait. */
    sley_task_cancel(sley_current_task());
    SLEY_BLOCKING(&section)
        ran = true;
    CHECK_EQ(section.rc, -ECANCELED);
    CHECK(!ran);
    sley_task_uncancel(sley_current_task());
    /* A shield hides it from both ends. */
    SLEY_SHIELD {
        sley_task_cancel(sley_current_task());
        SLEY_BLOCKING(&section)
            ran = true;
        EXPECT_EQ(section.rc, 0);
        EXPECT(ran);
    }
    CHECK_EQ(sley_yield(), -ECANCELED);
    sley_task_uncancel(sley_current_task());
    return 0;
}

static intptr_t body(void *arg)
{
    intptr_t rc;

    (void)arg;
    CHECK_EQ(sley_executor_new(&one_thread, 1), 0);
    if ((rc = queued()) < 0 || (rc = running()) < 0 || (rc = asks_itself()) < 0) {
        sem_post(&hold); /* without memory: who holds it ends all the same */
        return rc;
    }
    CHECK_EQ(lasts(sley_ms(3)), -SLEY_ETIMEOUT);
    sley_executor_close(one_thread);
    return 0;
}

TEST_PLAIN(a_section_is_cancelled)
{
    sem_init(&hold, 0, 0);
    each_workers(body);
}
