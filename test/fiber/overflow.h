/* overflow.h: a task whose stack overflows ends the process by the fault, which names it, its
 * function and its size. */
#ifndef SL_TEST_OVERFLOW_H
#define SL_TEST_OVERFLOW_H

#include <string.h>

#include "check.h"

#include "os/child.h"

/* The task's function. */
static intptr_t deep_entry(void *arg);

__attribute__((noinline, unused)) static int endless(volatile int *n)
{
    volatile char room[200];

    room[0] = (char)++*n;
    return *n ? endless(n) + room[0] : 0;
}

static inline intptr_t overflow_start(void *arg)
{
    sley_task_options options = {.name = "the deep one", .stack_size = 64 << 10};

    (void)arg;
    return sley_join(sley_create_task_with(deep_entry, NULL, &options));
}

static inline int overflow_in_child(void *arg)
{
    (void)arg;
    return (int)sl_test_run(overflow_start, NULL);
}

static inline void overflow_is_named(void)
{
    static struct child child;

    if (sl_test_under() && !strcmp(sl_test_under(), "qemu-user"))
        SKIP("qemu-user accepts a guard and makes none");
    assert_true(child_run(&child, overflow_in_child, NULL));
    CHECK_VOID(child_killed_by(&child, SIGSEGV));
    EXPECT(strstr(child.text, "stack overflow") != NULL);
    EXPECT(strstr(child.text, "'the deep one'") != NULL);
    EXPECT(strstr(child.text, "deep_entry") != NULL);
    EXPECT(strstr(child.text, "64 KiB") != NULL);
}

#endif
