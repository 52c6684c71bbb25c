/* sched/wait.h: the one door to suspension.
 *
 * A fiber that waits has a struct sl_wait on its own stack, PENDING until exactly one of wake and
 * cancel wins. The node stays in its primitive's list until its own fiber runs (FORMAT.md R5): who
 * leaves a wait takes the node out itself.
 *
 *     struct sl_wait wait;
 *     sl_wait_init(&wait, self, &lock_wait, lock);
 *     sl_chain_push(&lock->_waiters, &wait.link);
 *     rc = sl_wait_park(&loop, &wait);
 *     sl_chain_remove(&lock->_waiters, &wait.link);
 *
 * sl_wait_park returns 0 if the wait was ended by a wake, or the code of the cancel that wins:
 * an edge request (-ECANCELED) first, then a sticky scope. A cancel that arrives between the wake
 * and the resumption wins too (docs/cancellation.md, precedence b); wait.state then still says
 * SL_WAIT_DONE, and the primitive hands on what the wait had been given.
 *
 * Of a class that `completes` (kernel operations) the completion wins (precedence a): park returns
 * once the operation has ended; 0, or the code of the cancel that it took, which the caller uses
 * only if the operation says that it was cancelled. A request that it does not use it puts back
 * (sl_wait_put_back).
 *
 * Where other threads can end the wait (shared primitives; futures in a runtime of many workers) it
 * begins before they can find it, and the list has a lock:
 *
 *     lock
 *     if (sl_wait_begin(&wait))            else it has been cancelled already
 *         list it, and say so in the node
 *     unlock
 *     rc = sl_wait_park(&loop, &wait);     in either case
 *     if it may still be listed: lock, take it out if it is, unlock
 *
 * Who wakes takes the node out first, under the lock, then calls sl_wait_wake, and does not touch
 * the node again. */
#ifndef SL_SCHED_WAIT_H
#define SL_SCHED_WAIT_H

#include "fiber/fiber.h"
#include "sched/current.h"
#include "sched/park.h"
#include "sched/worker.h"

struct sl_needs;

enum sl_wait_state { SL_WAIT_PENDING, SL_WAIT_DONE, SL_WAIT_CANCELLED };
enum sl_wait_begun { SL_WAIT_NOT_BEGUN, SL_WAIT_BEGUN, SL_WAIT_OVER };

/* What a fiber can wait for, and how reports name it. */
struct sl_wait_class {
    const char *reason; /* "lock", "recv", ...: "waits for <reason>" */
    /* Cancels what is waited for: true if the fiber will wake by it. NULL: the wait itself is
     * cancelled. */
    bool (*cancel)(struct sley_loop *loop, struct sl_wait *wait);
    /* The same for a wait that is held (sched/park.h): lets go of it, whatever it returns. Goes
     * with `cancel`. `loop` is the caller's, or NULL. */
    bool (*cancel_held)(struct sley_loop *loop, struct sl_wait *wait);
    /* For reports, which hold the wait (sched/park.h) and lock nothing: who has what it waits for:
     * an address that may be another runtime's or gone, or NULL. */
    struct sl_fiber *(*holder)(const struct sl_wait *wait);
    /* Which futures it waits for (task/waits.h). */
    void (*needs)(const struct sl_wait *wait, struct sl_needs *needs);
    /* Where it waits for the kernel: a descriptor, or -1. */
    int (*descriptor)(const struct sl_wait *wait);
    /* The object, where its address says too little. */
    void (*describe)(const struct sl_wait *wait, char *text, size_t size);
    bool local;        /* only tasks of this loop can end it */
    bool completes;    /* a kernel operation: completion beats a cancel (precedence a) */
};

struct sl_wait {
    struct sl_link link;   /* the primitive's */
    struct sl_fiber *fiber;
    const struct sl_wait_class *class;
    void *object;
    uint16_t state;        /* enum sl_wait_state: written by who ends it */
    uint8_t taken;         /* which cancel it took: SL_EDGE_TAKEN, SL_SCOPE_TAKEN */
    uint8_t begun;         /* enum sl_wait_begun: the fiber's own */
    uint32_t flags;        /* the primitive's */
};

SL_INLINE void sl_wait_init(struct sl_wait *wait, struct sl_fiber *fiber,
                            const struct sl_wait_class *class, const void *object)
{
    wait->fiber = fiber;
    wait->class = class;
    wait->object = (void *)(uintptr_t)object;
    wait->state = SL_WAIT_PENDING;
    wait->taken = 0;
    wait->begun = 0;
    wait->flags = 0;
}

/* The wait can be found by other threads from now on: they may end it before the fiber parks. False
 * if it was ended by that: an edge request was pending. */
SL_MUST_USE bool sl_wait_begin(struct sl_wait *wait);
/* The same of many workers for a class that cancels what is waited for: it always begins. */
SL_INLINE void sl_wait_begin_many(struct sl_wait *wait)
{
    SL_DEBUG_CHECK(wait->class->cancel && sl_fiber_many(wait->fiber));
    wait->begun = SL_WAIT_BEGUN;
    wait->fiber->wait = wait;
    (void)!sl_park_begin(wait->fiber, false);
}

/* Ends a wait that began so, whose fiber is then the caller's to be made ready (sl_ready_wake):
 * true for exactly one. The caller holds the lock of the list that the wait is in. */
SL_INLINE SL_MUST_USE bool sl_wait_claim(struct sl_wait *wait)
{
    if (!sl_park_end(wait->fiber))
        return false;
    wait->state = SL_WAIT_DONE;
    return true;
}
/* The same where the fiber is of the caller's loop, which is the only one of its runtime: all who
 * could end the wait beside the holder of that lock are this thread. */
SL_INLINE SL_MUST_USE bool sl_wait_claim_own(struct sl_wait *wait)
{
    uint32_t word = sl_fiber_flags(wait->fiber);

    if (!(word & SL_FIBER_PARKED))
        return false;
    sl_store_relaxed(&wait->fiber->word,
                     word & ~(uint32_t)(SL_FIBER_PARKED | SL_FIBER_MANY | SL_FIBER_LENT));
    wait->state = SL_WAIT_DONE;
    return true;
}

/* The same as below, where other threads may do it, too. */
bool sl_wait_wake_shared(struct sley_loop *loop, struct sl_wait *wait);

/* Ends the wait and makes its fiber ready, last in the queue. False if it was ended already. `loop`
 * is the caller's, or NULL. */
SL_INLINE bool sl_wait_wake(struct sley_loop *loop, struct sl_wait *wait)
{
    if (SL_UNLIKELY(sl_fiber_many(wait->fiber)))
        return sl_wait_wake_shared(loop, wait);
    if (wait->state != SL_WAIT_PENDING)
        return false;
    wait->state = SL_WAIT_DONE;
    sl_ready_push(loop, &wait->fiber->entry);
    return true;
}

/* Cancels what a parked fiber waits for: true if it will wake by it, false if the wait has been
 * ended already. */
bool sl_wait_cancel(struct sley_loop *loop, struct sl_wait *wait);

/* The same for a wait that the caller holds (sched/park.h), and that nobody holds afterwards.
 * `why`: SL_EDGE_TAKEN or SL_SCOPE_TAKEN. */
bool sl_wait_cancel_held(struct sley_loop *loop, struct sl_wait *wait, unsigned why);

/* The cancel that `wait` took has had no effect: an edge request meets the next suspension. */
void sl_wait_put_back(struct sl_wait *wait);

/* An edge request that waits for a suspension point is delivered here, where the operation has
 * not begun: -ECANCELED, or a scope's code, or 0. For calls that are suspension points even when
 * they need not wait (I/O). */
int sl_wait_checkpoint(struct sl_fiber *self);

/* The code of the outermost cancelled scope that no shield hides, or 0. Looked at on entry of
 * every public call that may suspend. */
int sl_scope_walk(const struct sley_scope *scope);
int sl_scope_code_marked(struct sl_fiber *fiber);
/* Any thread may cancel a scope: the code is written once. */
SL_INLINE int sl_scope_own_code(const struct sley_scope *scope)
{
    return sl_shared_load_acquire(&scope->_code); /* pairs with the store of who cancels it */
}
SL_INLINE int sl_scope_code(const struct sl_fiber *fiber)
{
    return SL_LIKELY(!(sl_fiber_flags(fiber) & SL_FIBER_IN_CANCELLED))
               ? 0
               : sl_scope_code_marked((struct sl_fiber *)(uintptr_t)fiber);
}
/* Who cancels a scope marks the fibers inside, so that the others need not look at their chains.
 * Changes the chain and keeps the mark right: into a scope, back out of one, or to any place. */
void sl_scope_set(struct sl_fiber *fiber, struct sley_scope *scope);
SL_INLINE void sl_scope_push(struct sl_fiber *fiber, struct sley_scope *scope)
{
    fiber->scope = scope; /* not cancelled: just entered */
}
SL_INLINE void sl_scope_pop(struct sl_fiber *fiber, struct sley_scope *outer)
{
    fiber->scope = outer;
    if (SL_UNLIKELY(sl_fiber_flags(fiber) & SL_FIBER_IN_CANCELLED))
        sl_scope_set(fiber, outer);
}
enum { SL_SCOPE_SHIELD = 1 }; /* sley_scope._flags */

/* What sl_wait_park does when anything but a plain wake has happened, or is to happen. */
void sl_wait_park_first(struct sley_loop *loop, struct sl_wait *wait);
int sl_wait_resumed(struct sl_fiber *self, const struct sl_wait *wait);

/* Behind every park: 0 after a plain wake. */
SL_INLINE int sl_wait_parked(struct sl_fiber *self, struct sl_wait *wait)
{
    self->wait = NULL;
    if (SL_LIKELY(!(sl_fiber_flags(self) & (SL_FIBER_ASKED | SL_FIBER_LENT)) && !wait->taken &&
                  wait->state != SL_WAIT_CANCELLED))
        return 0;
    return sl_wait_resumed(self, wait);
}

typedef struct sley_loop *sl_park(struct sley_loop *loop, struct sl_fiber *self);

SLEY_SUSPENDS SL_INLINE int sl_wait_park_by(struct sley_loop **loop, struct sl_wait *wait,
                                            sl_park *park)
{
    struct sl_fiber *self = wait->fiber;
    uint32_t word = sl_fiber_flags(self);

    if (SL_LIKELY(!(word & (SL_FIBER_MUST_CANCEL | SL_FIBER_MANY))))
        self->wait = wait;
    else if (wait->begun != SL_WAIT_BEGUN || SL_UNLIKELY(word & SL_FIBER_ASKED))
        sl_wait_park_first(*loop, wait);
    *loop = park(*loop, self);
    return sl_wait_parked(self, wait);
}

/* Suspends until the wait has ended. See above. *loop is the loop that the fiber wakes on. */
SLEY_SUSPENDS SL_INLINE int sl_wait_park(struct sley_loop **loop, struct sl_wait *wait)
{
    return sl_wait_park_by(loop, wait, sl_worker_park);
}

#endif
