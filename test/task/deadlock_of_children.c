/* Tasks that wait for tasks (by await, in a group's exit, in a gather) which wait for ever are
 * certain to be deadlocked, too. */
#include "check.h"

#include "../os/child.h"

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static intptr_t waits_there(void *arg)
{
    (void)arg;
    return sley_event_wait(&event);
}

/* At one worker: the event is local. */
static intptr_t waits(void *arg)
{
    return sley_run_on(0, waits_there, arg);
}

static intptr_t by_await(void *arg)
{
    (void)arg;
    return sley_join(sley_create_task(waits, NULL));
}

static intptr_t by_group(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    SLEY_TASK_GROUP(&group)
        sley_task_group_create_task(&group, waits, NULL);
    return group.rc;
}

static intptr_t by_gather(void *arg)
{
    sley_coro coro = SLEY_CORO(waits, NULL);

    (void)arg;
    return sley_gather(NULL, 1, &coro, 0);
}

static int run_it(void *fn)
{
    sley_options options = sl_test_options(
        &(sley_options){.on_deadlock = SLEY_DEADLOCK_RETURN});

    alarm(4); /* before the hint of five seconds */
    return sley_run(fn, NULL, &options) == -SLEY_EDEADLOCK ? 0 : 1;
}

TEST_PLAIN(waiting_for_deadlocked_children_is_a_deadlock)
{
    static struct child child;
    sley_fn *const kinds[] = {by_await, by_group, by_gather};

    for (int i = 0; i < 3; i++) {
        assert_true(child_run(&child, run_it, (void *)(uintptr_t)kinds[i]));
        EXPECT(child_exited_with(&child, 0));
        EXPECT(strstr(child.text, "sley: deadlock") != NULL);
    }
}
