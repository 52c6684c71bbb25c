/* Ctrl-C wakes a loop that sleeps in the kernel. */
#include "check.h"

#include "../os/child.h"

#include <time.h>

static intptr_t sleeps(void *arg)
{
    (void)arg;
    return sley_sleep(sley_s(600));
}

static int in_child(void *arg)
{
    sley_options options = sl_test_options(NULL);

    (void)arg;
    return sley_run(sleeps, NULL, &options) == -EINTR ? 9 : 1;
}

static void interrupt(pid_t pid, int out)
{
    const struct timespec some = {0, 200000000};

    (void)out;
    nanosleep(&some, NULL);
    kill(pid, SIGINT);
}

TEST_PLAIN(an_interrupt_wakes_the_loop)
{
    static struct child child;

    assert_true(child_run_with(&child, in_child, NULL, interrupt));
    /* On a slow machine it may come before the handler is there. */
    CHECK_VOID(child_exited_with(&child, 9) ||
               (sl_test_slow() && child_killed_by(&child, SIGINT)));
}
