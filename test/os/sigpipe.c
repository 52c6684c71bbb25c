/* A thread that runs a loop has SIGPIPE blocked; afterwards its mask is back, and a SIGPIPE that
 * the loop caused is gone. One that was pending before is not ours to take. */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static bool blocked(void)
{
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, SIGPIPE) == 1;
}

static bool pending(void)
{
    sigset_t set;

    sigpending(&set);
    return sigismember(&set, SIGPIPE) == 1;
}

static intptr_t write_to_nobody(void *arg)
{
    int ends[2];

    (void)arg;
    CHECK(blocked());
    CHECK(pipe(ends) == 0);
    close(ends[0]);
    CHECK(write(ends[1], "x", 1) == -1);
    close(ends[1]);
    CHECK(pending());
    return 0;
}

TEST_PLAIN(sigpipe_is_blocked_and_a_pending_one_consumed)
{
    sley_options options = sl_test_options(NULL);
    sigset_t pipe_only;

    assert_false(blocked());
    assert_int_equal(sley_run(write_to_nobody, NULL, &options), 0);
    assert_false(blocked()); /* and we are alive: it was consumed before */
    assert_false(pending());

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
    raise(SIGPIPE);
    assert_int_equal(sley_run(write_to_nobody, NULL, &options), 0);
    assert_true(blocked());
    assert_true(pending());
}
