/* 50,000 parked fibers (a million with SLEY_TEST_MILLION=1), each with a local of its own that is
 * there when it goes on. */
#include "check.h"

static sley_event go = SLEY_EVENT_INIT_LOCAL;
static size_t ended;

static intptr_t parked(void *arg)
{
    volatile uintptr_t mine = (uintptr_t)arg * 2654435761u;

    CHECK_EQ(sley_event_wait(&go), 0);
    CHECK(mine == (uintptr_t)arg * 2654435761u);
    ended++;
    return 0;
}

static intptr_t run_many(void *arg)
{
    size_t n = *(size_t *)arg;
    sley_stats stats = {.size = sizeof stats};

    for (size_t i = 0; i < n; i++)
        CHECK_EQ(sley_spawn(parked, (void *)i), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.tasks, n + 1);
    CHECK_EQ(stats.stacks, n + 1);
    CHECK_EQ(sley_event_set(&go), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ended, n);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.tasks, 1);
    return 0;
}

TEST_PLAIN(very_many_fibers_park_and_keep_their_locals)
{
    ONE_LOOP(LOCAL_KIND);
    size_t n = sl_test_setting("MILLION", 0) ? 1000000 : sl_test_slow() ? 2000 : 50000;
    sley_options options = {.size = sizeof options, .stack_size = sl_test_small_stack()};

    assert_int_equal(sl_test_run_arg(run_many, &n, &options), 0);
}
