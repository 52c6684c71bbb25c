/* Who sleeps does not wake, and stays asleep, for what nobody may take from another worker. Nobody
 * looks round here (.on_idle): each pass of another worker would be one for nothing. */
#include "check.h"

#include "sched/current.h"
#include "sched/worker.h"

#include <stdlib.h>

enum { ROUNDS = 100, FEW = ROUNDS / 2 };

static int64_t now_ns(void)
{
    return sley_time().ns;
}

/* Of all workers. */
static uint64_t passes(void)
{
    return sl_team_figure(sl_current()->team, SL_FIGURE_PASSES);
}

/* Its place stands before the deque still: who has made it awaits it. */
static intptr_t computes(void *arg)
{
    int64_t end = now_ns() + 50000000;
    uint64_t before = passes();

    while (now_ns() < end)
        ;
    CHECK(passes() - before < FEW);
    return (intptr_t)arg;
}

static intptr_t awaits(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(20)), 0); /* the others sleep */
    return sley_join(sley_create_task(computes, arg));
}

/* Three at once, of which its worker runs one after the other. */
static intptr_t sleeps(void *first)
{
    for (int i = 1; i <= ROUNDS; i++)
        CHECK_EQ(sley_sleep_until((sley_instant){(int64_t)(intptr_t)first + i * 1000000}), 0);
    return 0;
}

static intptr_t sleeps_by_three(void *arg)
{
    const struct sl_member *other; /* who has none of them: each stays where it begins */
    sley_coro coros[3];
    uint64_t before;
    int64_t first;

    CHECK_EQ(sley_sleep(sley_ms(20)), 0);
    first = now_ns();
    other = &sl_current()->team->members[!sl_current()->index];
    before = sl_load_relaxed(&other->figures[SL_FIGURE_PASSES]);
    for (int i = 0; i < 3; i++)
        coros[i] = SLEY_CORO(sleeps, (void *)(intptr_t)first);
    CHECK_EQ(sley_gather(NULL, 3, coros, 0), 0);
    CHECK(sl_load_relaxed(&other->figures[SL_FIGURE_PASSES]) - before < FEW);
    return (intptr_t)arg;
}

static bool on_idle(sley_loop *loop, void *arg)
{
    (void)loop, (void)arg;
    return false;
}

TEST_PLAIN(nobody_wakes_for_what_he_may_not_take)
{
    sley_options options = {.workers = 2, .on_idle = on_idle};

    if (sl_test_interrupted() || sl_test_simulated() || getenv("SLEY_MIGRATE"))
        SKIP("here others wake by themselves, or are sent what is ready");
    assert_int_equal(sl_test_run(awaits, &options), 0);
    setenv("SLEY_STEAL", "0", 1);
    assert_int_equal(sl_test_run(sleeps_by_three, &options), 0);
}
