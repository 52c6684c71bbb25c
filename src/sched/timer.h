/* sched/timer.h: a hierarchical timer wheel per loop.
 *
 * Five levels of 256 slots; a tick is 2^17 ns (131 us), so that the levels reach 34 ms, 8.6 s,
 * 37 min, 6.5 days and 4.6 years. A slot is a list in order of insertion. Arming and disarming are
 * O(1); a timer moves down a level when time reaches its slot. Deadlines are exact: what is due is
 * decided by the deadline, not by the tick, and due timers fire in (deadline, creation) order. */
#ifndef SL_SCHED_TIMER_H
#define SL_SCHED_TIMER_H

#include "fiber/fiber.h"

#define SL_TIMER_LEVELS 5
#define SL_TIMER_SLOT_BITS 8
#define SL_TIMER_SLOTS (1 << SL_TIMER_SLOT_BITS)
#define SL_TIMER_TICK_BITS 17
#define SL_TIMER_QUEUED INT64_MIN
#define SL_TIMER_GAP_NS 50000 /* idle.c */

/* A timer is an entry with a deadline: in a slot while armed, in the ready queue when it is due
 * behind other entries, else nowhere (entry.link.next is NULL). */
struct sl_timer {
    struct sl_entry entry;
    int64_t deadline;  /* SL_TIMER_QUEUED while it stands in the ready queue */
};

struct sl_wheel {
    int64_t tick;      /* every slot before it has been emptied */
    uint64_t armed;
    int64_t earliest;  /* a lower bound of the next deadline; exact if `known` */
    bool known;
    uint64_t used[SL_TIMER_LEVELS][SL_TIMER_SLOTS / 64]; /* a clear bit: the slot is empty */
    struct sl_list slots[SL_TIMER_LEVELS][SL_TIMER_SLOTS];
    struct sl_list far; /* beyond the last level: years */
};

void sl_wheel_init(struct sl_wheel *wheel, int64_t now);
void sl_wheel_arm(struct sl_wheel *wheel, struct sl_timer *timer);
/* Accounts for a timer that leaves its slot; the caller unlinks it. */
SL_INLINE void sl_wheel_disarm(struct sl_wheel *wheel, struct sl_timer *timer);
/* The first deadline, INT64_MAX if there is none. */
int64_t sl_wheel_next(struct sl_wheel *wheel);
/* Moves every timer with deadline <= now to `due`, in (deadline, creation) order; their deadline is
 * SL_TIMER_QUEUED from now on. */
void sl_wheel_expire(struct sl_wheel *wheel, int64_t now, struct sl_list *due);

SL_INLINE void sl_wheel_disarm(struct sl_wheel *wheel, struct sl_timer *timer)
{
    if (timer->deadline == SL_TIMER_QUEUED)
        return; /* it has left the wheel and waits in the ready queue */
    wheel->armed--;
    if (timer->deadline == wheel->earliest)
        wheel->known = false;
}

SL_INLINE bool sl_timer_pending(const struct sl_timer *timer)
{
    return timer->entry.link.next != NULL;
}

#endif
