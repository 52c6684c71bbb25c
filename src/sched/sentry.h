/* sched/sentry.h: a thread that looks where no worker can, because all are at work.
 *
 * It reports a worker that is in the same turn for long, of which nobody would hear if all sat in
 * system calls. While all sleep it sleeps, too. README.md, "Rescue". */
#ifndef SL_SCHED_SENTRY_H
#define SL_SCHED_SENTRY_H

#include "sched/team.h"

/* Around a run, by the thread of loop 0; begun after the workers have begun, ended before they are
 * gone. Without a thread for it nothing is lacking but such reports. */
void sl_sentry_begin(struct sl_team *team);
void sl_sentry_end(struct sl_team *team);

void sl_sentry_call(struct sl_team *team);

/* A worker goes to work, and is no longer counted among those who sleep. */
SL_INLINE void sl_sentry_wake(struct sl_team *team)
{
    sl_fence_seq_cst(); /* who sleeps, then who waits: pairs with the sentry's own */
    if (SL_UNLIKELY(sl_load_relaxed(&team->sentry.waits)))
        sl_sentry_call(team);
}

#endif
