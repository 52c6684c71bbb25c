/* task/dead_argument.h: tasks that borrow an argument, and how many were reported. */
#ifndef SL_TEST_DEAD_ARGUMENT_H
#define SL_TEST_DEAD_ARGUMENT_H

#include "never_retrieved.h"

/* Frames that are frames: not inlined, and not on ASan's fake stack. */
#define FRAME __attribute__((noinline, no_sanitize_address))
/* The array is on the stack from here on, and up to here. */
#define KEEP(array) __asm__ volatile("" : : "r"(array) : "memory")

static int ran;

static intptr_t borrower(void *arg)
{
    (void)arg; /* what it points at may be gone */
    ran++;
    return 0;
}

/* Parks deeper than the frame was that has returned. */
static FRAME int yield_below(int depth)
{
    volatile int rc = depth ? yield_below(depth - 1) : sley_yield();

    return rc;
}

/* How many reports a main task brings. */
static int reports(sley_fn *fn, void *arg, bool debug)
{
    sley_options options = {.debug = debug, .exception_handler = keep};

    ran = told.count = 0;
    assert_int_equal(sl_test_run_arg(fn, arg, &options), 0);
    return told.count;
}

#endif
