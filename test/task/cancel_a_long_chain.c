/* A chain of 10,000 awaits on the smallest stacks: the cancel walks it without recursion. */
#include "check.h"

#include <errno.h>

enum { N = 10000 };

static intptr_t link_of_chain(void *below)
{
    return below ? sley_task_await(below) : sley_sleep(sley_s(60));
}

static intptr_t body(void *arg)
{
    static sley_task *tasks[N];

    (void)arg;
    for (int i = 0; i < N; i++) {
        tasks[i] = sley_create_task(link_of_chain, i ? tasks[i - 1] : NULL);
        CHECK(tasks[i] != NULL);
    }
    CHECK_EQ(sley_sleep(sley_ns(1)), 0); /* time stands still until all of them wait */
    CHECK(sley_task_cancel(tasks[N - 1]));
    CHECK_EQ(sley_task_cancelling(tasks[0]), 1);
    CHECK_EQ(sley_task_await(tasks[N - 1]), -ECANCELED);
    for (int i = 0; i < N; i++) {
        CHECK(sley_task_cancelled(tasks[i]));
        sley_task_drop(tasks[i]);
    }
    return 0;
}

TEST_PLAIN(a_long_chain_is_cancelled_iteratively)
{
    sley_options options = {.size = sizeof options, .stack_size = sl_test_small_stack(),
                            .virtual_clock = true};

    assert_int_equal(sl_test_run(body, &options), 0);
}
