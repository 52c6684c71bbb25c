/* Who looks after a worker that sits in a system call does so more rarely than beside one that goes
 * on and on: for neither must it take 2 % of a processor. */
#include "rescue.h"

#include <poll.h>
#include <sys/resource.h>

#define MOST_A_SECOND 500 /* looks; more take more than 1 % */

static long sleeps(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

static intptr_t blocks(void *arg)
{
    int64_t began;
    long before;

    CHECK_EQ(poll(NULL, 0, 20), 0); /* found by now */
    began = now_ns();
    before = sleeps();
    CHECK_EQ(poll(NULL, 0, 1000), 0);
    CHECK(sleeps() - before <= (now_ns() - began) / (1000000000 / MOST_A_SECOND) + 10);
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    CHECK_EQ(sley_join(sley_create_task_with(blocks, NULL, &on_0)), 0);
    return (intptr_t)arg;
}

TEST_PLAIN(who_looks_after_one_that_blocks_sleeps_longer)
{
    sley_options options = {.size = sizeof options, .workers = 2};

    NEEDS_RESCUE();
    if (sl_test_interrupted())
        SKIP("nothing blocks for long");
    assert_int_equal(sl_test_run(body, &options), 0);
}
