/* A job whose task has not waited for it comes to its end when all workers sleep already: from then
 * on their tasks are deadlocked, which is told, if not at once. */
#include "check.h"

#include "../os/child.h"

#include <time.h>

static sley_lock lock = SLEY_LOCK_INIT;

static sley_event begun = SLEY_EVENT_INIT;

static intptr_t works(void *arg)
{
    struct timespec some = {0, 500000000};

    (void)arg;
    sley_event_set(&begun);
    nanosleep(&some, NULL);
    return 0;
}

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&lock);
}

static intptr_t deadlocks(void *arg)
{
    sley_future *job = sley_run_in_executor(NULL, works, NULL);

    (void)arg;
    CHECK(job != NULL);
    CHECK_EQ(sley_event_wait(&begun), 0);
    sley_future_cancel(job); /* too late for its thread */
    sley_future_drop(job);
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    return sley_join(sley_create_task(wants_the_lock, NULL));
}

static int returns(void *arg)
{
    sley_options options = sl_test_options(&(sley_options){
        .workers = 3, .on_deadlock = SLEY_DEADLOCK_RETURN});

    (void)arg;
    alarm(30);
    return sley_run(deadlocks, NULL, &options) == -SLEY_EDEADLOCK ? 0 : 1;
}

TEST_PLAIN(the_end_of_a_job_leaves_a_deadlock)
{
    static struct child child;

    assert_true(child_run(&child, returns, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "sley: deadlock") != NULL);
}
