/* run returns what main returned; afterwards every other task was cancelled, awaited, and its error
 * reported; nothing of the loop is left. */
#include "check.h"

#include "never_retrieved.h"

#include <errno.h>

static _Atomic int cancelled;

static intptr_t waits(void *arg)
{
    int rc = sley_sleep(sley_s(60));

    cancelled += rc == -ECANCELED;
    CHECK_EQ(sley_sleep(sley_us(1)), 0); /* asked once, by an edge */
    return arg ? -1001 : rc;
}

static intptr_t leaves_tasks(void *arg)
{
    CHECK_EQ(sley_spawn(waits, NULL), 0);
    CHECK_EQ(sley_spawn(waits, &told), 0);
    TURN();
    return (intptr_t)arg;
}

TEST_PLAIN(run_returns_the_word_of_main_and_ends_the_rest)
{
    sley_options options = sl_test_options(&(sley_options){.exception_handler = keep,
                                                           .virtual_clock = true});

    assert_int_equal(sley_run(leaves_tasks, (void *)12, &options), 12);
    assert_int_equal(cancelled, 2);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.error, -1001);
    assert_string_equal(told.message, "Unhandled error during shutdown");
    assert_null(sley_get_running_loop());
    assert_int_equal(sley_run(leaves_tasks, (void *)-1005, &options), -1005);
    assert_int_equal(told.count, 2);
    options.size = 3;
    assert_int_equal(sley_run(leaves_tasks, NULL, &options), -EINVAL);
    options = sl_test_options(NULL);
    options.workers = -2;
    assert_int_equal(sley_run(leaves_tasks, NULL, &options), -EINVAL);
    options.workers = 0;
    options.stack_size = (size_t)1 << 40;
    assert_int_equal(sley_run(leaves_tasks, NULL, &options), -EINVAL);
}
