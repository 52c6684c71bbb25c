/* sched/park.h: the word of a fiber that waits, in a runtime of many workers.
 *
 * PARKED is set before anybody can find the wait, and cleared by exactly one: who clears it has
 * ended the wait, and makes the fiber ready. From the setting on the fiber can thus be in a queue
 * while it still runs; it must give up its worker, and whoever takes it from the queue waits until
 * its context is there (fiber.sp).
 *
 * Who wants to look at the wait, which lies on the fiber's stack, holds it: HELD keeps others from
 * ending it, so that the fiber cannot leave. */
#ifndef SL_SCHED_PARK_H
#define SL_SCHED_PARK_H

#include "fiber/fiber.h"
#include "os/spin.h"

/* The fiber's own, which runs: it is about to wait. False: an edge request is pending, which a wait
 * with `deliver` is ended by before it begins. */
SL_INLINE SL_MUST_USE bool sl_park_begin(struct sl_fiber *fiber, bool deliver)
{
    uint32_t word = sl_load_relaxed(&fiber->word);

    do
        if (SL_UNLIKELY(deliver && (word & (SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED)) ==
                                       SL_FIBER_MUST_CANCEL))
            return false;
    /* The wait comes before: pairs with the swaps in end and hold. */
    while (SL_UNLIKELY(!sl_cas_weak_acq_rel(&fiber->word, &word, word | SL_FIBER_PARKED)));
    return true;
}

/* Ends the wait: true for exactly one. The fiber is then the caller's, to be made ready. The
 * caller knows that the fiber is in this wait, or was: something that it holds keeps it from
 * leaving. False also while a cancel is on its way to the operation that is waited for: whom it
 * reaches ends it. */
SL_INLINE SL_MUST_USE bool sl_park_end(struct sl_fiber *fiber)
{
    uint32_t word = sl_load_relaxed(&fiber->word);
    unsigned turns = 0;

    for (;;) {
        if (SL_UNLIKELY(word & SL_FIBER_HELD)) {
            sl_spin_wait(&turns);
            word = sl_load_relaxed(&fiber->word);
        } else if (!(word & SL_FIBER_PARKED) || SL_UNLIKELY(word & SL_FIBER_MAILED)) {
            return false;
            /* Pairs with that in begin, and with the other enders'. */
        } else if (sl_cas_weak_acq_rel(&fiber->word, &word, word & ~(uint32_t)SL_FIBER_PARKED)) {
            return true;
        }
    }
}

/* Holds the wait of a fiber that is parked; one that is not gets `otherwise` instead, and false. */
SL_INLINE SL_MUST_USE bool sl_park_hold(struct sl_fiber *fiber, uint32_t otherwise)
{
    uint32_t word = sl_load_relaxed(&fiber->word);
    unsigned turns = 0;

    for (;;) {
        if (!(word & SL_FIBER_PARKED)) {
            /* Pairs with begin: it sees this, or we see that it is parked. */
            if (sl_cas_weak_acq_rel(&fiber->word, &word, word | otherwise))
                return false;
        } else if (SL_UNLIKELY(word & SL_FIBER_HELD)) {
            sl_spin_wait(&turns);
            word = sl_load_relaxed(&fiber->word);
            /* Pairs with begin: the wait is there. */
        } else if (sl_cas_weak_acq_rel(&fiber->word, &word, word | SL_FIBER_HELD)) {
            return true;
        }
    }
}

/* Lets go again; the wait goes on. */
SL_INLINE void sl_park_release(struct sl_fiber *fiber, uint32_t also)
{
    if (also)
        sl_or_acq_rel(&fiber->word, also); /* pairs with the ender's swap, as the next one */
    sl_and_acq_rel(&fiber->word, ~(uint32_t)SL_FIBER_HELD);
}

/* Ends the wait that the caller holds. The fiber is then its own, to be made ready. */
SL_INLINE void sl_park_end_held(struct sl_fiber *fiber)
{
    /* What was written into the wait comes before: pairs with the queue that it goes to. */
    sl_and_acq_rel(&fiber->word, ~(uint32_t)(SL_FIBER_HELD | SL_FIBER_PARKED));
}

#endif
