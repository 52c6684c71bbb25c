/* The tasks that run cancels at its end are as safe from SIGPIPE as they were before. */
#include "check.h"

#include <errno.h>
#include <unistd.h>

static _Atomic bool began;

static intptr_t says_goodbye(void *arg)
{
    int *ends = arg;

    began = true;
    CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
    CHECK(write(ends[1], "x", 1) == -1);
    close(ends[1]);
    ends[1] = -1;
    return 0;
}

static intptr_t leaves_it_behind(void *arg)
{
    CHECK_EQ(sley_spawn(says_goodbye, arg), 0);
    CHECK_EQ(sley_yield(), 0);
    SETTLE(began);
    return 0;
}

TEST_PLAIN(cleanup_at_the_end_of_run_has_sigpipe_blocked)
{
    sley_options options = sl_test_options(NULL);
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(sley_run(leaves_it_behind, ends, &options), 0);
    assert_int_equal(ends[1], -1);
}
