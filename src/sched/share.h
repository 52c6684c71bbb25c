/* sched/share.h: where what is ready goes, and comes from, among many workers.
 *
 * Of one fiber or callback there are four places: the deque of a worker (stealable), the place
 * before it (woken by who runs), a worker's own list (pinned; loop->ready), the team's injection
 * queue (from other threads, and what found no room). */
#ifndef SL_SCHED_SHARE_H
#define SL_SCHED_SHARE_H

#include "sched/worker.h"

/* The worker's own call: queues what anybody may run, last, and sees that somebody will: at once,
 * or, between two passes, when the next one begins. */
void sl_share_push(struct sley_loop *loop, struct sl_entry *entry);
/* The same, next, because of who runs: what stood there before goes last. */
void sl_share_push_next(struct sley_loop *loop, struct sl_entry *place);
/* The same for a fiber that has not begun. */
void sl_share_push_new(struct sley_loop *loop, struct sl_fiber *fiber);
/* Last, but wakes nobody for it. */
void sl_share_append(struct sley_loop *loop, struct sl_entry *entry);
/* Any thread: the same for the runtime. */
void sl_share_give(struct sl_team *team, struct sl_entry *entry);
/* visit.c, any thread: a fiber that is not this loop's is ready. */
void sl_share_visit(struct sley_loop *loop, struct sl_fiber *fiber);
/* Before a runtime is freed, all of whose tasks have ended: waits for those who woke them and are
 * not done yet. */
void sl_share_visitors_leave(struct sl_runtime *runtime);
/* Any thread: for one loop alone. */
void sl_share_give_to(struct sley_loop *loop, struct sl_entry *entry);

/* So many has this pass dispatched. */
SL_INLINE int32_t sl_share_ran(const struct sley_loop *loop)
{
    return loop->budget_full - loop->share_left - loop->share_cut;
}
/* It is over, whatever is ready. */
SL_INLINE void sl_share_cut(struct sley_loop *loop)
{
    loop->share_cut += loop->share_left;
    loop->share_left = 0;
}

/* What is next at this worker, or NULL: nothing, or the pass is over. A fiber that has not begun is
 * the caller's to begin, and nobody else's. */
struct sl_entry *sl_share_next(struct sley_loop *loop);
/* The running fiber gives its worker up. */
SLEY_SUSPENDS struct sley_loop *sl_share_park(struct sley_loop *loop, struct sl_fiber *self);
/* Who is to be switched to from the running fiber's stack, or NULL for the hub. `mine`: its entry,
 * for it may be next itself; NULL: it has ended. */
struct sl_fiber *sl_share_next_fiber(struct sley_loop *loop, const struct sl_entry *mine);
/* Its context, once there is one; the fiber runs from now on. */
void *sl_share_context(struct sl_fiber *fiber);
/* A fiber that begins has this stack from now on, and runs. */
SL_INLINE void sl_share_bind(struct sley_loop *loop, struct sl_fiber *fiber, struct sl_stack *stack)
{
    stack->home = loop;
    fiber->stack = stack;
    sl_shared_store_relaxed(&fiber->sp, SL_FIBER_RUNS);
}

/* A fiber that is queued and that nobody has begun: the caller may begin it, here and now, if this
 * is true. */
SL_INLINE SL_MUST_USE bool sl_share_claim(struct sl_fiber *fiber)
{
    uint32_t word = sl_fiber_flags(fiber);

    do
        if ((word & (SL_FIBER_NEW | SL_FIBER_MUST_CANCEL | SL_FIBER_NOTED)) != SL_FIBER_NEW)
            return false;
    /* Pairs with sl_share_accept. */
    while (!sl_cas_weak_acq_rel(&fiber->word, &word, word & ~(uint32_t)SL_FIBER_NEW));
    return true;
}
/* What was taken from a deque: an entry that nobody else begins from now on, or NULL: somebody has,
 * and this place is forgotten. */
SL_MUST_USE struct sl_entry *sl_share_accept(struct sl_entry *place);
/* Has somebody begun it? Then there is nothing to claim, and no need to keep the place. */
bool sl_share_stale(struct sl_entry *place);

/* What others have given to this worker alone joins its list. */
void sl_share_receive(struct sley_loop *loop, struct sl_inject *mine);

/* The running fiber goes on at `home` and stays there; whether it was pinned before, and where, is
 * kept for unpin. Not a point of cancellation. */
struct sl_pin {
    struct sley_loop *home;
    bool pinned;
};
SLEY_SUSPENDS struct sley_loop *sl_share_pin(struct sley_loop *loop, struct sley_loop *home,
                                             struct sl_pin *before);
SLEY_SUSPENDS struct sley_loop *sl_share_unpin(struct sley_loop *loop, const struct sl_pin *before);

/* ---- roam.c ---- */

/* Makes a fiber ready that roams. Any thread; `loop` is the caller's, or NULL. */
void sl_roam(struct sley_loop *loop, struct sl_fiber *fiber);
/* The running one, which roams or is pinned. */
void sl_roam_yield(struct sley_loop *loop, struct sl_fiber *fiber);
/* It will run here. */
void sl_roam_settle(struct sley_loop *loop, struct sl_entry *entry);

/* ---- dawdle.c: nothing, but in tests ---- */

#ifdef SL_DAWDLE
void sl_dawdle(unsigned one_in);
#else
SL_INLINE void sl_dawdle(unsigned one_in)
{
    (void)one_in;
}
#endif

/* ---- search.c: from the worker that has nothing to do ---- */

/* More has become ready at this worker than it runs now: is somebody idle? In two steps, after a
 * fence that comes after what was offered (pairs with that in search.c, rest). */
void sl_search_offered(struct sley_loop *loop);
SL_INLINE void sl_search_look(struct sley_loop *loop)
{
    uint32_t idle = sl_load_relaxed(&loop->team->idle);

    if (SL_UNLIKELY(idle != 0 && idle < SL_TEAM_SEARCHES)) /* some sleep and none searches */
        sl_search_offered(loop);
    sl_dawdle(2);
}
SL_INLINE void sl_search_offer(struct sley_loop *loop)
{
    sl_fence_seq_cst(); /* pairs with that in search.c, rest */
    sl_search_look(loop);
}
/* Something is in the injection queue. */
void sl_search_wake(struct sl_team *team);
/* Looks for work at the others; then sleeps. What was found is in loop->taken. */
void sl_search_or_sleep(struct sley_loop *loop);
/* still.c: the same for teams that count who has nothing to do; not for longer than `wait_ns`. */
void sl_still_rest(struct sley_loop *loop, int64_t wait_ns);
/* Is anything in a queue, of whomever? When is the first timer due, of all wheels? */
bool sl_still_queued(struct sl_team *team);
int64_t sl_still_deadline(struct sl_team *team);
/* Something of what is ready at this worker is for others, if they may take it: one is woken. */
void sl_search_offer_rest(struct sley_loop *loop);
/* A pass begins: the first entry is taken, and another worker is woken if there are more. */
void sl_search_busy(struct sley_loop *loop);
/* Rings for a sleeper, to watch. Also from a signal handler. */
void sl_search_call_watcher(struct sl_team *team);
/* It searches and watches no more: the run is over. */
void sl_search_leave(struct sley_loop *loop);
struct sl_entry *sl_share_from_inject(struct sley_loop *loop);
/* Whatever is left here, at rest. */
struct sl_entry *sl_share_left(struct sley_loop *loop);
/* Is anything ready that this worker may run without stealing? */
bool sl_share_any(struct sley_loop *loop);

#endif
