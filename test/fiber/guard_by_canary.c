/* Where no guard can be had (vm.max_map_count) stacks have a canary: said once, tasks run, and a
 * stack that was overrun ends the process when its task ends. */
#include "check.h"

#include "../os/child.h"
#include "guard.h"
#include "sched/worker.h"

static int no_guard(void *memory, size_t bytes, int advice)
{
    (void)memory, (void)bytes, (void)advice;
    return -ENOMEM;
}

static intptr_t seven(void *arg)
{
    (void)arg;
    return 7;
}

/* Spoils what a runaway recursion would have spoiled. */
static intptr_t overrun(void *arg)
{
    (void)arg;
    memset(sl_current()->current->stack->base, 0, 8);
    return 7;
}

static intptr_t run_some(void *arg)
{
    sley_task_options small = {.name = "small", .stack_size = 16 << 10};

    for (int i = 0; i < 3; i++) {
        sley_task *one = sley_create_task_with(seven, NULL, &small);
        sley_task *two = sley_create_task_with(seven, NULL, &small);

        CHECK_EQ(sley_join(one), 7);
        CHECK_EQ(sley_join(two), 7);
    }
    if (arg)
        sley_join(sley_create_task_with(overrun, NULL, &small));
    return 0;
}

static int in_child(void *arg)
{
    sl_sys.advise = no_guard;
    sl_sys.protect = no_guard;
    return sl_test_run_arg(run_some, arg, NULL) == 0 ? 0 : 1;
}

TEST_PLAIN(without_guards_a_canary_watches)
{
    static struct child child;
    const char *said;

    assert_true(child_run(&child, in_child, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    said = strstr(child.text, "canary");
    CHECK_VOID(said != NULL);
    CHECK_VOID(strstr(said + 1, "canary") == NULL);
#ifndef __SANITIZE_ADDRESS__
    assert_true(child_run(&child, in_child, &child));
    CHECK_VOID(child_killed_by(&child, SIGABRT));
    CHECK_VOID(strstr(child.text, "overrun") != NULL);
    CHECK_VOID(strstr(child.text, "small") != NULL);
#endif
}
