/* Endless recursion ends the process by the fault, and names the task, its function, its size. */
#include <string.h>

#include "check.h"

#include "../os/child.h"

__attribute__((noinline)) static int endless(volatile int *n)
{
    volatile char room[200];

    room[0] = (char)++*n;
    return *n ? endless(n) + room[0] : 0;
}

static intptr_t recursive_entry(void *arg)
{
    volatile int n = 0;

    (void)arg;
    return endless(&n);
}

static intptr_t start(void *arg)
{
    sley_task_options options = {.name = "the deep one", .stack_size = 64 << 10};

    (void)arg;
    return sley_join(sley_create_task_with(recursive_entry, NULL, &options));
}

static int in_child(void *arg)
{
    (void)arg;
    return (int)sl_test_run(start, NULL);
}

TEST_PLAIN(an_overflow_names_its_task)
{
    static struct child child;

    if (sl_test_under() && !strcmp(sl_test_under(), "qemu-user"))
        SKIP("qemu-user accepts a guard and makes none");
    assert_true(child_run(&child, in_child, NULL));
    CHECK_VOID(child_killed_by(&child, SIGSEGV));
    EXPECT(strstr(child.text, "stack overflow") != NULL);
    EXPECT(strstr(child.text, "'the deep one'") != NULL);
    EXPECT(strstr(child.text, "recursive_entry") != NULL);
    EXPECT(strstr(child.text, "64 KiB") != NULL);
}
