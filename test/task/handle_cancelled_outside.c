/* Calls of a loop that does not run can be taken back by whoever holds it, also from within another
 * loop. */
#include "check.h"

static _Atomic int ran;
static sley_handle handles[2];

static void count(void *arg)
{
    (void)arg;
    ran++;
}

static intptr_t cancels(void *arg)
{
    (void)arg;
    sley_handle_cancel(handles[1]);
    CHECK(sley_handle_cancelled(handles[1]));
    return sley_sleep(sley_ms(1));
}

static intptr_t waits(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(5));
}

TEST_PLAIN(calls_of_a_loop_that_does_not_run_can_be_cancelled)
{
    sley_options options = sl_test_options(NULL);
    sley_loop *loop;
    sley_handle soon;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    soon = sley_loop_call_soon(loop, count, NULL);
    handles[0] = sley_loop_call_later(loop, sley_ms(1), count, NULL);
    handles[1] = sley_loop_call_later(loop, sley_ms(2), count, NULL);
    sley_handle_cancel(soon);
    sley_handle_cancel(handles[0]);
    CHECK_VOID(sley_handle_cancelled(soon) && sley_handle_cancelled(handles[0]));
    CHECK_EQ_VOID(sley_run(cancels, NULL, &options), 0);
    CHECK_EQ_VOID(sley_loop_run_coro(loop, waits, NULL), 0);
    CHECK_EQ_VOID(ran, 0);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}
