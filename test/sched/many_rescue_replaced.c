/* A handler that the program puts in place during a run is left there; and what it found there, it
 * may put back when nobody runs. */
#include "rescue.h"

#include <signal.h>

static struct sigaction found;

static void handler(int signal)
{
    (void)signal;
}

static intptr_t replaces(void *arg)
{
    struct sigaction action = {.sa_handler = handler};

    CHECK_EQ(sigaction(SIGUSR2, &action, &found), 0);
    return (intptr_t)arg;
}

static intptr_t raises(void *arg)
{
    CHECK_EQ(raise(SIGUSR2), 0);
    return (intptr_t)arg;
}

TEST_PLAIN(the_program_may_replace_the_handler)
{
    sley_options options = {.size = sizeof options, .workers = 2, .rescue_signal = SIGUSR2};
    struct sigaction action = {.sa_handler = SIG_IGN};

    assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
    assert_int_equal(sl_test_run(replaces, &options), 0);
    assert_int_equal(sigaction(SIGUSR2, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, handler);
    assert_int_equal(sigaction(SIGUSR2, &found, NULL), 0);
    assert_int_equal(sl_test_run(raises, &options), 0); /* ends: it is not handed to itself */
}
