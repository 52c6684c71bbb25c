/* Among many workers virtual time moves when all of them have nothing to do: hours pass in no time,
 * nobody sees a time at which somebody who was ready had not run, and .on_idle is asked when not
 * even a timer is left. */
#include "check.h"

#include "base/atomic.h"

#include <string.h>

enum { N = 10, STEPS = 20 };

static sl_atomic_u32 late, asked;
static sl_atomic_u64 latest;
static sley_future *future;

/* Whoever sleeps to a time finds it, and nothing later: others may have computed meanwhile. */
static intptr_t sleeps(void *arg)
{
    int64_t step = (int64_t)(intptr_t)arg * 1000000000;

    for (int64_t i = 1; i <= STEPS; i++) {
        CHECK_EQ(sley_sleep((sley_duration){step}), 0);
        if (sley_time().ns != i * step)
            sl_add_relaxed(&late, 1);
        if ((int64_t)sl_load_relaxed(&latest) > i * step)
            sl_add_relaxed(&late, 1);
        sl_store_relaxed(&latest, (uint64_t)(i * step));
        for (volatile int turn = 0; turn < 2000; turn++)
            ;
        CHECK_EQ(sley_yield(), 0);
        CHECK_EQ(sley_time().ns, i * step); /* it stood still */
    }
    return 0;
}

static bool on_idle(sley_loop *loop, void *arg)
{
    (void)arg;
    EXPECT(sley_get_running_loop() == loop);
    EXPECT(sley_current_task() == NULL);
    sl_add_relaxed(&asked, 1);
    return sley_future_set_result(future, 5) == 0;
}

static intptr_t body(void *arg)
{
    sley_coro coros[N];

    (void)arg;
    for (intptr_t i = 0; i < N; i++)
        coros[i] = SLEY_CORO(sleeps, (void *)(3600 + i));
    CHECK_EQ(sley_gather(NULL, N, coros, 0), 0);
    CHECK_EQ(sl_load_relaxed(&late), 0);
    CHECK_EQ(sley_time().ns, (int64_t)(3600 + N - 1) * STEPS * 1000000000);
    CHECK_EQ(sl_load_relaxed(&asked), 0); /* a timer ran, all the time */
    CHECK((future = sley_future_new()) != NULL);
    CHECK_EQ(sley_await(future), 5);
    CHECK_EQ(sl_load_relaxed(&asked), 1);
    sley_future_drop(future);
    return 0;
}

static intptr_t asks(void *arg)
{
    (void)arg;
    CHECK((future = sley_future_new()) != NULL);
    CHECK_EQ(sley_sleep(sley_ms(3)), 0);
    CHECK_EQ(sl_load_relaxed(&asked), 1);
    CHECK_EQ(sley_await(future), 5);
    CHECK_EQ(sl_load_relaxed(&asked), 2);
    sley_future_drop(future);
    return 0;
}

TEST_PLAIN(virtual_time_moves_when_all_workers_are_idle)
{
    sley_options options = {.workers = 3, .virtual_clock = true, .on_idle = on_idle};

    if (sl_test_under() && !strcmp(sl_test_under(), "valgrind"))
        SKIP("valgrind runs one thread at a time: whether all are idle is seldom seen");
    assert_int_equal(sl_test_run(body, &options), 0);
    options.virtual_clock = false;
    assert_int_equal(sl_test_run(asks, &options), 0);
}
