/* sched/rescue.h: a worker that computes without end, and what idle workers do about it.
 *
 * The owner's own thread goes on with its ring: it is sent a signal, whose handler makes one pass.
 * Its timers an idle worker fires itself. README.md, "Rescue". */
#ifndef SL_SCHED_RESCUE_H
#define SL_SCHED_RESCUE_H

#include "sched/worker.h"

/* How often an idle worker looks round while another one is busy: what an event waits for at most,
 * and 2 % of a processor. */
#define SL_RESCUE_NS 400000

/* Around a run, by the thread of loop 0, while the others rest. */
SL_MUST_USE int sl_rescue_begin(struct sl_team *team);
void sl_rescue_end(struct sl_team *team);
/* A worker's thread begins to run it, and ends. */
void sl_rescue_enlist(struct sley_loop *loop);
void sl_rescue_discharge(struct sley_loop *loop);

/* Looks after the others, if nobody has of late. */
void sl_rescue_look(struct sley_loop *loop);

#endif
