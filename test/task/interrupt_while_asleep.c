/* Ctrl-C wakes a loop that sleeps in the kernel. */
#include "check.h"

#include "../os/child.h"

#include <time.h>

static intptr_t sleeps(void *arg)
{
    (void)arg;
    CHECK(write(STDOUT_FILENO, "!", 1) == 1);
    return sley_sleep(sley_s(600));
}

static int in_child(void *arg)
{
    sley_options options = sl_test_options(NULL);

    (void)arg;
    return sley_run(sleeps, NULL, &options) == -EINTR ? 9 : 1;
}

/* The handler is there once the task runs; then the loop gets time to fall asleep. */
static void interrupt(pid_t pid, int out)
{
    struct timespec some = {0, 100000000};
    char byte;

    while (read(out, &byte, 1) < 0 && errno == EINTR)
        ;
    while (nanosleep(&some, &some) < 0 && errno == EINTR)
        ;
    kill(pid, SIGINT);
}

TEST_PLAIN(an_interrupt_wakes_the_loop)
{
    static struct child child;

    assert_true(child_run_with(&child, in_child, NULL, interrupt));
    CHECK_VOID(child_exited_with(&child, 9));
}
