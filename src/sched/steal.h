/* sched/steal.h: what a worker that has nothing to do takes from another one. */
#ifndef SL_SCHED_STEAL_H
#define SL_SCHED_STEAL_H

#include "sched/worker.h"

#ifndef SL_STEAL_LOOKS /* a model explores fewer */
#define SL_STEAL_LOOKS 8u
#define SL_LOOK_TURNS 60 /* of a processor's pause, between two: about 2 us */
#endif

/* Of another worker: for so many looks it has not dispatched anything. */
struct sl_seen {
    uint32_t turns, looks;
};

/* A search begins. What a watcher saw when it last looked round counts. */
void sl_steal_begin(const struct sley_loop *loop, struct sl_seen *seen);
/* One look at all others: half of a deque, or, from a worker that stands still, a single entry.
 * *single: there is one that may not be taken yet. */
SL_MUST_USE struct sl_entry *sl_steal(struct sley_loop *loop, struct sl_seen *seen, bool *single);
/* Does anything stand before a deque that somebody may begin? A task that was awaited has left a
 * place there that only the owner forgets: nobody is to wake for it, or to stay awake. */
bool sl_steal_has_next(const struct sl_deque *deque);

#endif
