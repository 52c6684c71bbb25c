/* When all that is waited for is the loop's own, nothing can ever run again: it is said once, with
 * every task, and run returns if it was told to. Among many workers local primitives are for who is
 * pinned to one of them. */
#include "check.h"

#include "../os/child.h"

#include <errno.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&lock);
}

static sley_task *second(void)
{
    sley_task_options options = {.name = "second", .pinned = true};

    return sley_create_task_with(wants_the_lock, NULL, &options);
}

static intptr_t holds_and_waits(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    sley_task_drop(second());
    return sley_event_wait(&event);
}

static intptr_t deadlocks(void *arg)
{
    return sley_run_on(0, holds_and_waits, arg);
}

static int returning(void *arg)
{
    sley_options options = sl_test_options(
        &(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});

    (void)arg;
    return sley_run(deadlocks, NULL, &options) == -SLEY_EDEADLOCK ? 0 : 1;
}

static intptr_t holds_and_sleeps(void *arg)
{
    sley_task *task = second();

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK_EQ(sley_lock_release(&lock), 0);
    return sley_join(task) + (intptr_t)arg;
}

static intptr_t goes_on(void *arg)
{
    return sley_run_on(0, holds_and_sleeps, arg);
}

static int no_deadlock(void *arg)
{
    sley_options options = sl_test_options(
        &(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});

    (void)arg;
    return (int)sley_run(goes_on, NULL, &options);
}

/* Nothing is ready, and before the loop sleeps another thread calls into it. */
static sley_loop *home;
static sley_task *cancelled;

static intptr_t holds_and_joins(void *arg)
{
    (void)arg;
    home = sley_get_running_loop();
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    cancelled = second();
    CHECK_EQ(sley_join(cancelled), -ECANCELED);
    return sley_lock_release(&lock);
}

static intptr_t is_called_into(void *arg)
{
    return sley_run_on(0, holds_and_joins, arg);
}

static void cancel(void *arg)
{
    (void)arg;
    sley_task_cancel(cancelled);
}

static bool calls(sley_loop *loop, void *arg)
{
    bool *called = arg;

    (void)loop;
    if (!*called)
        CHECK_EQ(sley_loop_call_soon_threadsafe(home, cancel, NULL), 0);
    *called = true;
    return false;
}

static int called_into(void *arg)
{
    bool called = false;
    sley_options options = sl_test_options(&(sley_options){
        .on_deadlock = SLEY_DEADLOCK_RETURN, .on_idle = calls, .idle_arg = &called});

    (void)arg;
    return (int)sley_run(is_called_into, NULL, &options);
}

TEST_PLAIN(a_deadlock_is_reported_and_run_returns)
{
    static struct child child;
    const char *said;

    assert_true(child_run(&child, returning, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    said = strstr(child.text, "sley: deadlock");
    CHECK_VOID(said != NULL);
    EXPECT(strstr(said + 1, "sley: deadlock") == NULL);
    EXPECT(strstr(said, "task 'main' deadlocks: waits for event") != NULL);
    EXPECT(strstr(said, "task 'second' wants_the_lock: waits for lock") != NULL);
    EXPECT(strstr(said, "held by task 'main'") != NULL);
    assert_true(child_run(&child, no_deadlock, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "deadlock") == NULL);
    assert_true(child_run(&child, called_into, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "deadlock") == NULL);
}
