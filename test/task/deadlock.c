/* When all that is waited for is the loop's own, nothing can ever run again: it is said once, with
 * every task, and run returns if it was told to. */
#include "check.h"

#include "../os/child.h"

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&lock);
}

static intptr_t deadlocks(void *arg)
{
    sley_task_options options = {.name = "second"};

    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    sley_task_drop(sley_create_task_with(wants_the_lock, NULL, &options));
    return sley_event_wait(&event);
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
    sley_task *task = sley_create_task(wants_the_lock, NULL);

    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK_EQ(sley_lock_release(&lock), 0);
    return sley_join(task) + (intptr_t)arg;
}

static int no_deadlock(void *arg)
{
    sley_options options = sl_test_options(
        &(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});

    (void)arg;
    return (int)sley_run(holds_and_sleeps, NULL, &options);
}

TEST_PLAIN(a_deadlock_is_reported_and_run_returns)
{
    ONE_LOOP("deadlocks are reported");
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
}
