/* sched/quiet.h: is it worth while to wake somebody for a single entry? */
#ifndef SL_SCHED_QUIET_H
#define SL_SCHED_QUIET_H

#include "sched/worker.h"

/* A worker has a single entry for others: it is left to who looks round, if there is somebody. */
bool sl_quiet_single(struct sley_loop *loop);
/* So many looks a search has if there is nothing to be seen. */
uint32_t sl_quiet_looks(const struct sley_loop *loop);

/* What became of a search: nothing was found; something that was given to the team; something at
 * another worker, a single entry or more. */
void sl_quiet_fruitless(struct sley_loop *loop);
void sl_quiet_given(struct sl_team *team);
void sl_quiet_found(struct sley_loop *loop, struct sl_member *victim, bool single);

/* Whoever goes to sleep: is it to look round although everybody sleeps? */
bool sl_quiet_lingers(struct sley_loop *loop);

#endif
