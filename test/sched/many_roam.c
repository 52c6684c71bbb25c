/* SLEY_MIGRATE=1, for tests: whoever is not pinned never goes on at the worker where it was
 * suspended; who is pinned does. SLEY_MIGRATE=2: anywhere. */
#include "check.h"

#include "base/atomic.h"

#include <stdlib.h>

enum { TASKS = 8, TURNS = 200 };

static sl_atomic_u32 same, other;

static intptr_t roams(void *arg)
{
    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        sley_loop *before = sley_get_running_loop();

        CHECK_EQ(i % 2 ? sley_yield() : sley_sleep(sley_us(10)), 0);
        sl_add_relaxed(before == sley_get_running_loop() ? &same : &other, 1);
    }
    return 0;
}

static intptr_t stays(void *arg)
{
    sley_loop *here = sley_get_running_loop();

    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        CHECK_EQ(i % 2 ? sley_yield() : sley_sleep(sley_us(10)), 0);
        CHECK(here == sley_get_running_loop());
    }
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[2 * TASKS];

    for (unsigned i = 0; i < TASKS; i++) {
        sley_task_options options = {.pinned = true, .worker = i % 3};

        tasks[2 * i] = sley_create_task(roams, NULL);
        tasks[2 * i + 1] = sley_create_task_with(stays, NULL, &options);
    }
    for (int i = 0; i < 2 * TASKS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return (intptr_t)arg;
}

TEST_PLAIN(fibers_roam)
{
    sley_options options = {.workers = 3};

    setenv("SLEY_MIGRATE", "1", 1);
    assert_int_equal(sl_test_run(body, &options), 0);
    assert_int_equal(sl_load_relaxed(&same), 0);
    assert_int_equal(sl_load_relaxed(&other), TASKS * TURNS);
    setenv("SLEY_MIGRATE", "2", 1);
    assert_int_equal(sl_test_run(body, &options), 0);
    assert_true(sl_load_relaxed(&same) > 0);
}
