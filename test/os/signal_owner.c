/* A signal has one owner, who gets it as a call, and the previous action comes back. */
#include "check.h"

#include "os/signals.h"

#include <errno.h>

static int mine, others;

static void count(void *arg)
{
    ++*(int *)arg;
    errno = EBADF;
}

static void on_usr2(int signal)
{
    (void)signal;
    others++;
}

TEST_PLAIN(a_signal_has_one_owner_and_goes_back)
{
    struct sigaction now;

    assert_true(sl_signal_take(SIGUSR1, count, &mine, true));
    assert_false(sl_signal_take(SIGUSR1, count, &mine, false));
    errno = 0;
    raise(SIGUSR1);
    assert_int_equal(mine, 1);
    assert_int_equal(errno, 0); /* the handler leaves it alone */
    sl_signal_give_back(SIGUSR1);
    sigaction(SIGUSR1, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);

    signal(SIGUSR2, on_usr2);
    assert_false(sl_signal_take(SIGUSR2, count, &mine, true)); /* not the default action */
    assert_true(sl_signal_take(SIGUSR2, count, &mine, false));
    raise(SIGUSR2);
    sl_signal_give_back(SIGUSR2);
    raise(SIGUSR2);
    assert_int_equal(mine, 2);
    assert_int_equal(others, 1);
    assert_false(sl_signal_take(0, count, &mine, false));
    assert_false(sl_signal_take(SIGKILL, count, &mine, false));
    assert_false(sl_signal_take(1000, count, &mine, false));
}
