/* A debugger's backtrace in a fiber shows the program's functions and ends at the fiber's first
 * frame, cleanly. */
#include "check.h"

#include "../os/child.h"

__attribute__((noinline)) static intptr_t inner_function(void *arg)
{
    int word = raise(SIGUSR1); /* gdb stops here */

    __asm__ volatile("" ::: "memory");
    return word + (arg != NULL);
}

static intptr_t fiber_function(void *arg)
{
    intptr_t word;

    CHECK_EQ(sley_yield(), 0);
    word = inner_function(arg);
    __asm__ volatile("" ::: "memory");
    return word;
}

static int debug(void *self)
{
    setenv("DEBUGINFOD_URLS", "", 1);
    execlp("gdb", "gdb", "-nx", "-batch", "-ex", "handle SIGUSR1 stop print nopass", "-ex", "run",
           "-ex", "backtrace", "--args", self, "debugged", (char *)NULL);
    return 127;
}

static char self[4096];

static void test_backtrace(void)
{
    static struct child child;
    const char *first, *at;
    int below = 0;

    if (system("gdb --version > /dev/null 2>&1"))
        SKIP("gdb is not installed");
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    assert_true(child_run(&child, debug, self));
    if (!strstr(child.text, "SIGUSR1,"))
        SKIP("gdb cannot run a program here");
    first = strstr(child.text, "inner_function");
    CHECK_VOID(first != NULL);
    at = strstr(first, "fiber_function");
    CHECK_VOID(at != NULL);
    /* Below it a few frames of the library, none unknown, and then it ends without a complaint. */
    while ((at = strstr(at + 1, "\n#")))
        below++;
    CHECK_VOID(below <= 4);
    CHECK_VOID(strstr(first, "??") == NULL);
    CHECK_VOID(strstr(child.text, "Backtrace stopped") == NULL);
    CHECK_VOID(strstr(child.text, "corrupt") == NULL);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "debugged") == 0)
        return sley_run(fiber_function, NULL, NULL) == 0 ? 0 : 1;
    return sl_test_main_plain("backtrace", test_backtrace);
}
