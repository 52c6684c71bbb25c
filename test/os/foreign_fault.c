/* A fault that is no stack overflow takes its course: the program's own handler, or the end. */
#include "check.h"

#include "child.h"

#include <sys/mman.h>

static int *nowhere;

static intptr_t touch(void *arg)
{
    (void)arg;
    *nowhere = 1;
    return 0;
}

static void own_handler(int signal)
{
    static const char text[] = "my own handler\n";

    (void)signal;
    (void)!write(STDOUT_FILENO, text, sizeof text - 1);
    _exit(3);
}

static int without_handler(void *arg)
{
    (void)arg;
    return (int)sl_test_run(touch, NULL);
}

static int with_handler(void *arg)
{
    signal(SIGSEGV, own_handler);
    return without_handler(arg);
}

TEST_PLAIN(a_fault_of_the_programs_own_is_left_to_it)
{
    static struct child child;

    nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(nowhere, MAP_FAILED);
    assert_true(child_run(&child, with_handler, NULL));
    CHECK_VOID(sl_test_under() || child_exited_with(&child, 3)); /* valgrind has its own code */
    CHECK_VOID(strstr(child.text, "my own handler") != NULL);
    CHECK_VOID(strstr(child.text, "overflow") == NULL);
    assert_true(child_run(&child, without_handler, NULL));
    CHECK_VOID(child_killed_by(&child, SIGSEGV));
    CHECK_VOID(strstr(child.text, "overflow") == NULL);
}
