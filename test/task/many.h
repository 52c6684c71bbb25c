/* many.h: for what is tried at every moment among many workers. */
#ifndef SL_TEST_MANY_H
#define SL_TEST_MANY_H

#include "each_workers.h"

#include "base/rng.h"

#include <errno.h>

/* Another one for each caller; SLEY_TEST_SEED says which. */
static inline struct sl_rng own_rng(void)
{
    static _Atomic uint64_t callers;
    uint64_t number = atomic_fetch_add_explicit(&callers, 1, memory_order_relaxed);

    return (struct sl_rng){.state = (uint64_t)sl_test_setting("SEED", 1) * 100003 + number};
}

/* A moment later, here or elsewhere: 0, or what has ended the wait. */
static inline int linger(struct sl_rng *rng)
{
    switch (sl_rng_below(rng, 4)) {
    case 0:
        return 0;
    case 1:
        return sley_yield();
    case 2:
        return sley_sleep(sley_us(sl_rng_below(rng, 40)));
    default:
        for (uint32_t i = sl_rng_below(rng, 2000); i; i--)
            atomic_signal_fence(memory_order_seq_cst);
        return 0;
    }
}

/* A task that asks another one to end, after a moment, and whether it was told. */
struct canceller {
    sley_task *target;
    sley_task *task;
    bool told;
};

static inline intptr_t canceller_main(void *arg)
{
    struct canceller *canceller = (struct canceller *)arg;
    struct sl_rng rng = own_rng();

    CHECK_EQ(linger(&rng), 0);
    canceller->told = sley_task_cancel(canceller->target);
    return 0;
}

static inline bool canceller_begin(struct canceller *canceller, sley_task *target)
{
    *canceller = (struct canceller){.target = target};
    canceller->task = sley_create_task(canceller_main, canceller);
    return canceller->task != NULL;
}

/* Was the target told? */
static inline bool canceller_end(struct canceller *canceller)
{
    EXPECT_EQ(sley_join(canceller->task), 0);
    return canceller->told;
}

/* Waits for what nobody awaits. */
static inline void until_zero(_Atomic long *word)
{
    while (atomic_load(word) != 0)
        sley_sleep(sley_us(50));
}

#endif
