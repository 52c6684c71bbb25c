/* Whose turn was a long one, and when it is worth while to ask. */
#include "sched/slow.h"

#include "sched/share.h"

#define SLOW_TURNS 4      /* a request is a receive, which computes, and a send */
#define TIMED_NS 20000000 /* after the last long pass */

void sl_slow_turn(struct sley_loop *loop, struct sl_fiber *fiber)
{
    int64_t now = sl_loop_clock(loop);

    if (fiber) { /* It may have been woken already: a hint for who does it. */
        uint8_t slow = sl_load_relaxed(&fiber->slow);

        if (now - loop->turn_began > SL_PASS_NS)
            sl_store_relaxed(&fiber->slow, SLOW_TURNS);
        else if (slow)
            sl_store_relaxed(&fiber->slow, (uint8_t)(slow - 1));
    }
    loop->turn_began = now;
    if (now - (int64_t)sl_load_relaxed(&loop->member->began) > SL_PASS_NS && sl_share_ran(loop))
        sl_share_cut(loop);
}

bool sl_slow_entry(const struct sl_entry *entry)
{
    return !entry->run && sl_slow_fiber(sl_fiber_of((struct sl_entry *)entry));
}

void sl_slow_pass(struct sley_loop *loop, int64_t took)
{
    if (took > SL_PASS_NS) {
        loop->timed = true;
        loop->slow_at = loop->now;
    } else if (SL_UNLIKELY(loop->timed) && loop->now - loop->slow_at > TIMED_NS) {
        loop->timed = false;
    }
}
