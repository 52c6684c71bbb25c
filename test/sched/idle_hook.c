/* .on_idle is asked when nothing is ready, no timer runs and nothing is in flight, and may make
 * something ready. */
#include "check.h"

static sley_future *future;
static int asked;

static bool on_idle(sley_loop *loop, void *arg)
{
    EXPECT(sley_get_running_loop() == loop);
    EXPECT(sley_current_task() == NULL);
    asked++;
    return sley_future_set_result(arg ? *(sley_future **)arg : NULL, 5) == 0;
}

static intptr_t awaits(void *arg)
{
    (void)arg;
    future = sley_future_new();
    CHECK(future != NULL);
    CHECK_EQ(sley_sleep(sley_ms(3)), 0);
    CHECK_EQ(asked, 0); /* a timer ran */
    CHECK_EQ(sley_await(future), 5);
    CHECK_EQ(asked, 1);
    sley_future_drop(future);
    return 0;
}

TEST_PLAIN(the_idle_hook_is_asked_when_nothing_else_can_come)
{
    sley_options options = {.virtual_clock = true, .on_idle = on_idle, .idle_arg = &future};

    assert_int_equal(sl_test_run(awaits, &options), 0);
    options.virtual_clock = false;
    asked = 0;
    assert_int_equal(sl_test_run(awaits, &options), 0);
}
