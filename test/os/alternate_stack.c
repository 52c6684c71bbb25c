/* A thread that runs a loop has an alternate signal stack; its own comes back afterwards, and one
 * that it has is left in place if it is large enough for a pass. */
#include "check.h"

#include <signal.h>
#include <stdlib.h>

static stack_t inside;

static intptr_t looks(void *arg)
{
    sigaltstack(NULL, &inside);
    return (intptr_t)arg;
}

TEST_PLAIN(the_alternate_stack_of_the_thread_comes_back)
{
    static char mine[65536];
    stack_t own = {.ss_sp = mine, .ss_size = sizeof mine}, none = {.ss_flags = SS_DISABLE}, now;
    stack_t small = {.ss_sp = mine, .ss_size = 8192};

    ONE_LOOP("its tasks run in the thread that ran it");
    assert_int_equal(sigaltstack(&none, NULL), 0);
    assert_int_equal(sl_test_run(looks, NULL), 0);
    assert_true(!(inside.ss_flags & SS_DISABLE) && inside.ss_sp != NULL);
    sigaltstack(NULL, &now);
    assert_true(now.ss_flags & SS_DISABLE);
    assert_int_equal(sigaltstack(&own, NULL), 0);
    assert_int_equal(sl_test_run(looks, NULL), 0);
    assert_ptr_equal(inside.ss_sp, mine);
    sigaltstack(NULL, &now);
    assert_ptr_equal(now.ss_sp, mine);
    assert_int_equal(sigaltstack(&small, NULL), 0);
    assert_int_equal(sl_test_run(looks, NULL), 0);
    assert_true(inside.ss_size >= 65536);
    sigaltstack(NULL, &now);
    assert_ptr_equal(now.ss_sp, mine);
    assert_int_equal(now.ss_size, 8192);
    sigaltstack(&none, NULL);
}
