/* No task could ever run again, were it not for a call that the end of a future brings about, which
 * a thread ends: of itself or of what was made of it, a callback or the end of the run. */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static sley_event event = SLEY_EVENT_INIT_LOCAL;
static sley_lock lock = SLEY_LOCK_INIT;

static void *ends(void *future)
{
    struct timespec some = {0, 50000000};

    nanosleep(&some, NULL);
    sley_future_set_result(future, 5);
    return NULL;
}

static void sets(sley_future *future, void *arg)
{
    (void)future;
    sley_event_set(arg);
}

static intptr_t waits_for_the_callback(sley_future *future, sley_future *made)
{
    pthread_t thread;

    CHECK(future && made);
    sley_event_clear(&event);
    CHECK_EQ(sley_future_add_done_callback(made, sets, &event), 0);
    CHECK(pthread_create(&thread, NULL, ends, future) == 0);
    CHECK_EQ(sley_event_wait(&event), 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(sley_future_done(made));
    sley_future_drop(made);
    sley_future_drop(future);
    return 0;
}

static intptr_t pinned(void *arg)
{
    sley_future *future = sley_future_new(), *gather;

    (void)arg;
    CHECK_EQ(waits_for_the_callback(future, sley_future_ref(future)), 0);
    future = sley_future_new();
    CHECK_EQ(waits_for_the_callback(future, sley_shield_future(future)), 0);
    future = sley_future_new();
    CHECK_EQ(sley_gather_start(&gather, 1, &future, 0), 0);
    return waits_for_the_callback(future, gather);
}

static intptr_t body(void *arg)
{
    return sley_run_on(0, pinned, arg); /* local primitives are for who stays at one worker */
}

static intptr_t deadlocks(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_lock_acquire(&lock), -ECANCELED);
    return sley_lock_release(&lock);
}

/* A callback that has been taken back, or was made, does nothing more. */
static intptr_t deadlocks_in_the_end(void *arg)
{
    sley_future *future = sley_future_new();

    CHECK(future != NULL);
    CHECK_EQ(sley_future_add_done_callback(future, sets, &event), 0);
    CHECK_EQ(sley_future_remove_done_callback(future, sets, &event), 1);
    sley_future_drop(future);
    return deadlocks(arg);
}

TEST_PLAIN(what_a_future_s_end_calls_may_end_a_deadlock)
{
    sley_options options =
        sl_test_options(&(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});
    sley_future *future;
    sley_loop *loop;
    sley_task *task;
    pthread_t thread;

    CHECK_EQ_VOID(sley_run(body, NULL, &options), 0);
    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    CHECK_VOID((task = sley_loop_create_task(loop, deadlocks, NULL, NULL)) != NULL);
    CHECK_VOID((future = sley_loop_create_future(loop)) != NULL);
    CHECK_VOID(pthread_create(&thread, NULL, ends, future) == 0);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, future), 5);
    CHECK_VOID(pthread_join(thread, NULL) == 0);
    sley_future_drop(future);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), -SLEY_EDEADLOCK);
    sley_task_cancel(task);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), 0);
    sley_task_drop(task);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
    CHECK_EQ_VOID(sley_run(deadlocks_in_the_end, NULL, &options), -SLEY_EDEADLOCK);
}
