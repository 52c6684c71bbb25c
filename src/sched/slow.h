/* sched/slow.h: who computes for long goes behind those who need a few microseconds.
 *
 * A fiber whose turn has taken longer than a pass is *slow* for its next turns: what wakes it puts
 * it into the injection queue, which is asked last. Turns are timed for a while after a pass that
 * was too long; otherwise nobody is asked whether he was slow once. */
#ifndef SL_SCHED_SLOW_H
#define SL_SCHED_SLOW_H

#include "sched/worker.h"

SL_INLINE bool sl_slow_timed(const struct sley_loop *loop)
{
    return SL_UNLIKELY(loop->timed);
}

/* Between two turns, while they are timed. `fiber` has had the one that ends; NULL: it has ended,
 * or was none. Ends the pass if that is too long already. */
void sl_slow_turn(struct sley_loop *loop, struct sl_fiber *fiber);

/* A hint: others may be writing it. */
SL_INLINE bool sl_slow_fiber(const struct sl_fiber *fiber)
{
    return sl_load_relaxed(&fiber->slow);
}
bool sl_slow_entry(const struct sl_entry *entry);

/* A pass ends, which took so long. Are turns timed from now on? */
void sl_slow_pass(struct sley_loop *loop, int64_t took);

#endif
