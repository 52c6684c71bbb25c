/* Ctrl-C: the first one cancels the main task, and run returns -EINTR if that ended it; the second
 * one ends the process; a handler of the program's own is left alone. */
#include "check.h"

#include "../os/child.h"

#include <time.h>

static int own;

static void on_interrupt(int signal)
{
    (void)signal;
    own++;
}

static intptr_t interrupted(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return sley_sleep(sley_s(60));
}

static intptr_t goes_on(void *arg)
{
    CHECK_EQ(interrupted(arg), -ECANCELED);
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 1);
    return 5;
}

static intptr_t twice(void *arg)
{
    CHECK_EQ(interrupted(arg), -ECANCELED);
    raise(SIGINT);
    return 6;
}

static intptr_t not_at_all(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return sley_yield();
}

static int run_twice(void *arg)
{
    (void)arg;
    return (int)sl_test_run(twice, NULL);
}

static int from_outside(void *arg)
{
    (void)arg;
    return sl_test_run(interrupted, NULL) == -EINTR ? 9 : 1;
}

TEST_PLAIN(an_interrupt_cancels_the_main_task)
{
    ONE_LOOP("its thread is the one that signals are for");
    static struct child child;
    struct sigaction now;
    sley_options options = sl_test_options(NULL);

    assert_true(child_run(&child, from_outside, NULL));
    assert_true(child_exited_with(&child, 9));
    assert_int_equal(sley_run(interrupted, NULL, &options), -EINTR);
    assert_int_equal(sley_run(goes_on, NULL, &options), 5);
    sigaction(SIGINT, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL); /* given back */
    assert_true(child_run(&child, run_twice, NULL));
    assert_true(child_killed_by(&child, SIGINT));
    signal(SIGINT, on_interrupt);
    assert_int_equal(sley_run(not_at_all, NULL, &options), 0);
    assert_int_equal(own, 1);
}
