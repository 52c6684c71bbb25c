/* A run of a runner fails: before anything has run, for want of a descriptor, or with all its tasks
 * in a deadlock, or stopped. The next one works, and has what was queued before. */
#include "check.h"

#include "os/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sley_lock lock = SLEY_LOCK_INIT;
static int (*real_event_fd)(void);
static _Atomic int ran;

static int no_event_fd(void)
{
    return -EMFILE;
}

static intptr_t child(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    ran++;
    return (intptr_t)arg;
}

static intptr_t works(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK_EQ(sley_join(sley_create_task(child, arg)), (intptr_t)arg);
    return sley_join(sley_create_task(child, arg));
}

static intptr_t deadlocks(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_lock_acquire(&lock), -ECANCELED);
    return sley_lock_release(&lock);
}

static intptr_t stops(void *arg)
{
    (void)arg;
    sley_loop_stop(sley_get_running_loop());
    return sley_sleep(sley_s(60));
}

TEST_PLAIN(a_runner_works_after_a_run_that_failed)
{
    sley_options options =
        sl_test_options(&(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});
    sley_runner runner;
    sley_loop *loop;
    sley_task *queued;

    if (getenv("SLEY_TEST_FAULT"))
        alarm(5); /* a look at who waits for whom that has no memory does not come again */
    real_event_fd = sl_sys.event_fd;
    CHECK_EQ_VOID(sley_runner_open(&runner, &options), 0);
    loop = sley_runner_get_loop(&runner);
    if (!sl_test_simulated()) { /* else no descriptor is needed */
        sl_sys.event_fd = no_event_fd;
        queued = sley_loop_create_task(loop, child, (void *)3, NULL);
        CHECK_EQ_VOID(sley_runner_run(&runner, works, (void *)4), -EMFILE);
        CHECK_VOID(strstr(sley_error_text(sley_error_detail()), "no descriptor left") != NULL);
        CHECK_EQ_VOID(sley_runner_run(&runner, works, (void *)4), -EMFILE);
        sl_sys.event_fd = real_event_fd;
        CHECK_EQ_VOID(sley_runner_run(&runner, works, (void *)5), 5);
        CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(queued)), 3);
        sley_task_drop(queued);
        CHECK_EQ_VOID(ran, 3);
    }
    CHECK_EQ_VOID(sley_runner_run(&runner, deadlocks, NULL), -SLEY_EDEADLOCK);
    CHECK_EQ_VOID(sley_runner_run(&runner, works, (void *)6), 6);
    CHECK_EQ_VOID(sley_runner_run(&runner, deadlocks, NULL), -SLEY_EDEADLOCK);
    CHECK_EQ_VOID(sley_runner_run(&runner, stops, NULL), -SLEY_ESTOPPED);
    CHECK_EQ_VOID(sley_runner_run(&runner, works, (void *)7), 7);
    sley_runner_close(&runner);
}
