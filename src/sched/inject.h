/* sched/inject.h: work that belongs to no worker yet: from other threads, and what found no room in
 * a deque. First in, first out.
 *
 * Giving never waits: entries are pushed onto a stack by compare-and-swap. Taking never waits
 * either: one worker at a time turns the stack round into a queue and takes from that; who finds
 * another at it goes on without. */
#ifndef SL_SCHED_INJECT_H
#define SL_SCHED_INJECT_H

#include "base/atomic.h"
#include "fiber/fiber.h"

struct sl_inject {
    sl_atomic_ptr incoming; /* struct sl_link, the newest first, by `next` */
    sl_atomic_u32 taking;                /* somebody takes: `queue` is its own */
    sl_atomic_u32 queued;                /* in `queue`: written by who takes, a hint for others */
    struct sl_link *first, *last;        /* `queue`, by `next` */
};

/* Entries in order, the oldest first. Any thread. */
void sl_inject_give(struct sl_inject *inject, struct sl_entry *const *entries, uint32_t n);

/* Up to `most` entries, the oldest first, and leaves the others of `shares` takers as many. 0:
 * there are none, or another worker takes now. */
uint32_t sl_inject_take(struct sl_inject *inject, struct sl_entry **taken, uint32_t most,
                        uint32_t shares);

/* Might there be any? Exact for who has seen to it that givers wake somebody: see README.md. */
SL_INLINE bool sl_inject_any(struct sl_inject *inject)
{
    return sl_load_relaxed(&inject->incoming) || sl_load_relaxed(&inject->queued);
}

#endif
