/* sley_loop_run_once runs what is ready and what is due, never waits, and says whether anything
 * ran. */
#include "check.h"

#include "../task/trail.h"

TEST_PLAIN(run_once_runs_what_is_ready_and_does_not_wait)
{
    ONE_LOOP("run_once is a loop's");
    sley_options options = sl_test_options(&(sley_options){.virtual_clock = true});
    sley_loop *loop;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    CHECK_VOID(!sley_loop_run_once(loop));
    sley_loop_call_soon(loop, mark_it, "a");
    sley_loop_call_later(loop, sley_s(5), mark_it, "late");
    CHECK_VOID(sley_loop_run_once(loop));
    EXPECT_TEXT(trail, "a");
    CHECK_VOID(!sley_loop_run_once(loop)); /* five seconds off: not waited for */
    sley_loop_call_at(loop, sley_loop_time(loop), mark_it, "due");
    CHECK_VOID(sley_loop_run_once(loop));
    EXPECT_TEXT(trail, "a due");
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
    EXPECT_TEXT(trail, "a due");
}
