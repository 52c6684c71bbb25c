/* two_loops.h: what one loop uses, and another one finds. */
#ifndef SL_TEST_TWO_LOOPS_H
#define SL_TEST_TWO_LOOPS_H

#include "check.h"

/* Runs `here` in a loop, `there` in a second one, `again` (unless NULL) in the first once more,
 * each of which returns 0; then calls `end`, and closes both. */
static inline void in_two_loops(sley_fn *here, sley_fn *there, sley_fn *again, void (*end)(void))
{
    sley_options options = sl_test_options(NULL);
    sley_loop *one, *two;

    CHECK_EQ_VOID(sley_loop_new(&one, &options), 0);
    CHECK_EQ_VOID(sley_loop_new(&two, &options), 0);
    CHECK_EQ_VOID(sley_loop_run_coro(one, here, NULL), 0);
    CHECK_EQ_VOID(sley_loop_run_coro(two, there, NULL), 0);
    if (again)
        CHECK_EQ_VOID(sley_loop_run_coro(one, again, NULL), 0);
    end();
    CHECK_EQ_VOID(sley_loop_close(one), 0);
    CHECK_EQ_VOID(sley_loop_close(two), 0);
}

#endif
