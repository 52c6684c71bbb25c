/* A task that ignores its cancel at the end of run gets a sticky one after .shutdown_timeout. */
#include "check.h"

#include <errno.h>

static _Atomic int ignored;
static sley_instant began, ended;

static intptr_t stubborn(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_s(1000)), -ECANCELED);
    began = sley_time();
    CHECK_EQ(sley_sleep(sley_s(1000)), -ECANCELED); /* that was the sticky one */
    ended = sley_time();
    while (sley_yield() == -ECANCELED && ++ignored < 10)
        ;
    return 0;
}

static intptr_t leaves_it(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_spawn(stubborn, NULL), 0);
    TURN();
    return 0;
}

TEST_PLAIN(the_end_of_run_insists_after_the_shutdown_timeout)
{
    sley_options options = {.virtual_clock = true, .shutdown_timeout = sley_s(7)};

    assert_int_equal(sl_test_run(leaves_it, &options), 0);
    CHECK_EQ_VOID(ignored, 10);
    CHECK_EQ_VOID(sley_instant_sub(ended, began).ns, sley_s(7).ns);
    options.shutdown_timeout = sley_ns(0); /* the default */
    assert_int_equal(sl_test_run(leaves_it, &options), 0);
    CHECK_EQ_VOID(sley_instant_sub(ended, began).ns, sley_s(60).ns);
}
