/* A ring rings for no longer than the run lasts: the next one may be another thread's, which makes
 * the ring anew while the others look round. */
#include "rescue.h"

#include "sched/current.h"
#include "sched/worker.h"

static struct sl_member *member;

static bool rings(void)
{
    return member && sl_load_relaxed(&member->alarms);
}

static intptr_t computes(void *arg)
{
    int64_t until = now_ns() + INT64_C(5000000000);

    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    member = sl_current()->member;
    while (!rings() && now_ns() < until)
        compute(1);
    CHECK(rings());
    return (intptr_t)arg;
}

TEST_PLAIN(an_alarm_ends_with_the_run)
{
    sley_options options = {.size = sizeof options, .workers = 2};
    sley_loop *loop;
    intptr_t rc;
    bool left;

    NEEDS_RESCUE();
    assert_int_equal(sley_loop_new(&loop, &options), 0);
    rc = sley_loop_run_coro(loop, computes, NULL);
    left = rings();
    assert_int_equal(sley_loop_close(loop), 0);
    assert_int_equal(rc, 0);
    assert_false(left);
}
