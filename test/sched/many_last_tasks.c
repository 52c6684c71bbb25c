/* A runtime of two workers is closed, and its last two tasks end at the same moment, one on each:
 * one of the workers sees that there is none left. */
#include "check.h"

#include "base/atomic.h"

#include <errno.h>

enum { WORKERS = 2, ROUNDS = 400 };

static sl_atomic_u32 asleep, arrived;

static intptr_t ends_with_the_other(void *arg)
{
    int rc;

    sl_add_acq_rel(&asleep, 1);
    rc = sley_sleep(sley_s(600));
    sl_add_acq_rel(&arrived, 1);
    while (sl_load_acquire(&arrived) < WORKERS)
        ;
    for (intptr_t turns = (intptr_t)arg; turns; turns--)
        sl_signal_fence();
    return rc == -ECANCELED ? 0 : -1;
}

static intptr_t body(void *arg)
{
    intptr_t turns = (intptr_t)arg;

    for (unsigned i = 0; i < WORKERS; i++) {
        sley_task_options there = {.pinned = true, .worker = i};
        sley_task *task = sley_create_task_with(ends_with_the_other, (void *)(i ? turns : 20),
                                                &there);

        CHECK(task != NULL);
        sley_task_drop(task);
    }
    while (sl_load_acquire(&asleep) < WORKERS)
        CHECK_EQ(sley_sleep(sley_us(20)), 0);
    return 0;
}

TEST_PLAIN(the_last_two_tasks_end_at_once)
{
    sley_options options = {.workers = WORKERS, .ring_entries = 4};
    int rounds = sl_test_slow() ? ROUNDS / 10 : ROUNDS;

    for (int i = 0; i < rounds; i++) {
        sl_store_relaxed(&asleep, 0);
        sl_store_relaxed(&arrived, 0);
        CHECK_EQ_VOID(sl_test_run_arg(body, (void *)(intptr_t)(i % 60), &options), 0);
    }
}
