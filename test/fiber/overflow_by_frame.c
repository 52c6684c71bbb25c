/* One frame larger than stack and guard together is caught, too: it touches the guard on its way
 * (-fstack-clash-protection). */
#include <string.h>

#include "check.h"

#include "../os/child.h"

__attribute__((noinline)) static intptr_t large_frame(void)
{
    volatile char room[200000];

    room[0] = 1;
    __asm__ volatile("" : : "r"(room) : "memory"); /* all of it is wanted */
    return room[0];
}

static intptr_t recursive_entry(void *arg)
{
    (void)arg;
    return large_frame();
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
