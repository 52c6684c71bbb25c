/* Tasks that are always ready do not keep a timer waiting. */
#include "check.h"

static _Atomic bool over;
static _Atomic uint64_t rounds;

static intptr_t busy(void *arg)
{
    (void)arg;
    while (!over) {
        rounds++;
        CHECK_EQ(sley_yield(), 0);
    }
    return 0;
}

static void finish(void *arg)
{
    *(_Atomic bool *)arg = true;
}

TEST_FIBER(a_timer_fires_between_tasks_that_never_wait)
{
    sley_instant began = sley_time();
    sley_coro pair[2] = {SLEY_CORO(busy, NULL), SLEY_CORO(busy, NULL)};

    CHECK(sley_handle_valid(sley_call_later(sley_ms(1), finish, &over)));
    CHECK_EQ(sley_gather(NULL, 2, pair, 0), 0);
    CHECK(rounds > 2 || sl_test_many()); /* whom each yield may take to another worker */
    CHECK(sley_instant_sub(sley_time(), began).ns >= 1000000);
    if (sl_test_timed())
        CHECK(sley_instant_sub(sley_time(), began).ns < 500000000);
    return 0;
}
