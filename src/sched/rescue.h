/* sched/rescue.h: a worker that computes without end, and what idle workers do about it.
 *
 * The owner's own thread goes on with its ring: it is sent a signal, whose handler makes one pass.
 * Its timers an idle worker fires itself. README.md, "Rescue". */
#ifndef SL_SCHED_RESCUE_H
#define SL_SCHED_RESCUE_H

#include "sched/worker.h"

/* How often one idle worker looks round while another one goes on and on; less often if that one
 * sleeps in between. A sleep of that kind costs up to 20 us of a processor: not 2 % of one. */
#define SL_RESCUE_NS 1200000

/* Around a run, by the thread of loop 0, while the others rest. */
SL_MUST_USE int sl_rescue_begin(struct sl_team *team);
/* Between the two: the rings are there. */
void sl_rescue_open(struct sl_team *team);
void sl_rescue_end(struct sl_team *team);
/* A worker's thread begins to run it, and ends. */
void sl_rescue_enlist(struct sley_loop *loop);
void sl_rescue_discharge(struct sley_loop *loop);

/* The worker begins a pass, now: the clock is read. */
SL_INLINE void sl_member_begins_pass(struct sley_loop *loop)
{
    sl_store_relaxed(&loop->member->began, (uint64_t)sl_loop_clock(loop));
}

/* Looks after the others, if nobody has of late, or somebody stuck has called. */
void sl_rescue_look(struct sley_loop *loop);
/* No worker can look: who is late is reported, not helped. */
void sl_rescue_report(struct sl_team *team);
/* stall.c: a worker is late, and computes or not: if it is time, it is reported, or asked where. */
void sl_stall_look(struct sl_team *team, struct sl_member *member, uint32_t turns, bool computes,
                   int64_t now);
/* The handler's, at a tick: the same of its own worker's turn, which nobody else may look at. It
 * has computed all the time since then. */
void sl_stall_tick(struct sley_loop *loop, uint32_t turns, int64_t since);
/* What the handler has noted, of a turn that may be over, is reported. */
void sl_stall_tell(struct sl_team *team, struct sl_member *member, int64_t now);
/* After how long. */
int64_t sl_stall_patience(const struct sl_team *team);
/* The handler's: notes where the worker is, if that is wanted. */
void sl_stall_note(struct sley_loop *loop, uintptr_t pc);
/* TAKEN: one writes the record, or prints it. */
enum sl_stall_state { SL_STALL_NONE, SL_STALL_WANTED, SL_STALL_NOTED, SL_STALL_TAKEN };
/* Is it, of this turn? */
SL_INLINE bool sl_stall_wanted(struct sl_member *member, uint32_t turns)
{
    /* Of which turn, since when, and how to unwind comes before: pairs with stall.c's give. */
    return sl_load_acquire(&member->stall.state) == SL_STALL_WANTED &&
           sl_load_relaxed(&member->stall.turns) == turns;
}

/* This one has something to do, nobody watches, and others sleep: calls one, unless somebody was
 * called a moment ago. `left`: it has watched until now. */
void sl_rescue_alone(struct sley_loop *loop, bool left);
/* Was somebody called a moment ago? By one who has left the watch then? */
bool sl_rescue_called(const struct sley_loop *loop);
bool sl_rescue_left(const struct sley_loop *loop);
/* Goes to sleep, having run something: who watches goes on for as long as after a call. So who has
 * something to do again and again need not call each time. */
void sl_rescue_prolong(struct sley_loop *loop);
/* Whoever goes to sleep, to watch: for how long at most. `soon`: others are awake. */
int64_t sl_rescue_sleep(struct sley_loop *loop, bool soon);

#endif
