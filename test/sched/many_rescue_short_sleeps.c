/* A sleep may be over before its task has parked: an idle worker fires the timers of one that is
 * late, at any moment. No wake-up is lost. */
#include "rescue.h"

#include "base/rng.h"

#define TASKS 40

static intptr_t sleeps(void *arg)
{
    struct sl_rng rng = {(uint64_t)(intptr_t)arg};

    for (int i = 0; i < 250; i++) {
        int64_t end = now_ns() + sl_rng_below(&rng, 8) * 50000;

        while (now_ns() < end)
            ;
        CHECK_EQ(sley_sleep(sley_ns(1 + sl_rng_below(&rng, 2000))), 0);
    }
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[TASKS];

    (void)arg;
    for (intptr_t i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(sleeps, (void *)i)) != NULL);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return 0;
}

TEST_PLAIN(a_sleep_is_over_before_it_began)
{
    sley_options options = {.size = sizeof options, .workers = 4};

    NEEDS_RESCUE();
    assert_int_equal(sl_test_run(body, &options), 0);
}
