/* Turns are timed for a while after a pass that was too long, however many quick ones come between,
 * and a pass is over as soon as its turns have taken too long. By a clock that moves if it is told
 * to. */
#include "rescue.h"

#include "os/sys.h"
#include "sched/current.h"
#include "sched/worker.h"

enum { QUICK = 1000 };

static int64_t (*real_clock)(void);
static sl_atomic_u64 moved;

static int64_t clock_now(void)
{
    return INT64_C(1000000000000) + (int64_t)sl_load_relaxed(&moved);
}

static void take(int64_t us)
{
    sl_add_relaxed(&moved, (uint64_t)us * 1000);
}

static struct sley_loop *loop(void)
{
    return sl_current();
}

static intptr_t yields(void *arg)
{
    while (!sl_load_relaxed(&stop))
        CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

/* Each of them is followed by one of the other task's. */
static void turns(int count, int64_t us)
{
    for (int i = 0; i < count; i++) {
        take(us);
        EXPECT_EQ(sley_yield(), 0);
    }
}

static intptr_t body(void *arg)
{
    sley_task *other = sley_create_task_with(yields, NULL, &on_0);
    uint64_t passes;

    turns(QUICK, 0);
    CHECK(!loop()->timed);
    turns(1, 1000);
    turns(QUICK, 0);
    CHECK(loop()->timed);
    CHECK_EQ(loop()->budget_full, SL_PASS_DISPATCHES);

    passes = loop()->passes;
    turns(30, 70);
    CHECK(loop()->passes - passes >= 9);

    CHECK_EQ(loop()->budget_full, SL_PASS_DISPATCHES); /* time has ended them */
    turns(QUICK, 0);
    CHECK(loop()->timed);
    turns(25000, 1);
    CHECK(!loop()->timed);
    sl_store_relaxed(&stop, 1);
    CHECK_EQ(sley_join(other), 0);
    return (intptr_t)arg;
}

static intptr_t on_none(void *arg)
{
    return sley_join(sley_create_task_with(body, arg, &on_0));
}

TEST_PLAIN(passes_are_timed_for_a_while_after_a_long_one)
{
    if (sl_test_simulated() || getenv("SLEY_MIGRATE"))
        SKIP("others look on, or the clock is another one");
    real_clock = sl_sys.clock_now;
    sl_sys.clock_now = clock_now;
    assert_int_equal(sl_test_run(on_none, &(sley_options){.workers = 2}), 0);
    sl_sys.clock_now = real_clock;
}
