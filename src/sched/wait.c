#include "sched/wait.h"

#include <errno.h>

int sl_scope_walk(const struct sley_scope *scope)
{
    int code = 0;

    for (; scope; scope = scope->_outer) {
        int own = sl_scope_own_code(scope);

        if (own)
            code = own; /* the outermost one is seen last */
        if (sl_shared_load_relaxed(&scope->_flags) & SL_SCOPE_SHIELD) /* others set GROUPS */
            break;
    }
    return code;
}

int sl_scope_code_marked(struct sl_fiber *fiber)
{
    if (!sl_fiber_many(fiber))
        return sl_scope_walk(fiber->scope);
    /* Perhaps the mark was meant for others. It goes before the codes are read: who sets it has
     * written the code before. */
    sl_scope_set(fiber, fiber->scope);
    return sl_scope_walk(fiber->scope);
}

void sl_scope_set(struct sl_fiber *fiber, struct sley_scope *scope)
{
    fiber->scope = scope;
    sl_fiber_clear(fiber, SL_FIBER_IN_CANCELLED);
    for (; scope; scope = scope->_outer)
        if (sl_scope_own_code(scope))
            sl_fiber_set(fiber, SL_FIBER_IN_CANCELLED);
}

/* ---- one loop: nobody else is there while we look ---- */

bool sl_wait_cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    if (SL_UNLIKELY(sl_fiber_many(wait->fiber)) && !wait->class->cancel) {
        if (!sl_park_end(wait->fiber)) /* a thread was faster */
            return false;
    } else if (wait->state != SL_WAIT_PENDING) {
        return false;
    }
    if (wait->class->cancel)
        return wait->class->cancel(loop, wait);
    wait->state = SL_WAIT_CANCELLED;
    sl_ready_push(loop, &wait->fiber->entry);
    return true;
}

void sl_wait_put_back(struct sl_wait *wait)
{
    if (wait->taken & SL_EDGE_TAKEN)
        sl_fiber_set(wait->fiber, SL_FIBER_MUST_CANCEL);
}

/* An edge request that is to be delivered now; taking it clears it. */
SL_INLINE bool take_edge(struct sl_fiber *self)
{
    if (SL_LIKELY((sl_fiber_flags(self) & (SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED)) !=
                  SL_FIBER_MUST_CANCEL))
        return false;
    sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);
    return true;
}

int sl_wait_checkpoint(struct sl_fiber *self)
{
    return SL_UNLIKELY(take_edge(self)) ? -ECANCELED : sl_scope_code(self);
}

/* ---- where other threads may end the wait ---- */

/* The wait ended before it began; nobody else has made the fiber ready. */
static bool over(struct sl_wait *wait, unsigned why)
{
    wait->state = SL_WAIT_CANCELLED;
    wait->taken |= (uint8_t)why;
    wait->begun = SL_WAIT_OVER;
    return false;
}

bool sl_wait_begin(struct sl_wait *wait)
{
    struct sl_fiber *self = wait->fiber;
    bool plain = !wait->class->cancel;

    wait->begun = SL_WAIT_BEGUN;
    self->wait = wait;
    if (!sl_fiber_many(self)) { /* of one loop: from now on other threads change the word, too */
        sl_store_relaxed(&self->word, sl_fiber_flags(self) | SL_FIBER_MANY | SL_FIBER_LENT);
        if (SL_LIKELY(plain && !(sl_fiber_flags(self) & SL_FIBER_ASKED))) {
            /* Nobody can have found the wait yet: no swap is needed. */
            sl_store_relaxed(&self->word, sl_fiber_flags(self) | SL_FIBER_PARKED);
            return true;
        }
    }
    if (SL_UNLIKELY(!sl_park_begin(self, plain))) {
        sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);
        return over(wait, SL_EDGE_TAKEN);
    }
    /* Who cancelled a scope and saw no PARKED has left a mark before it. */
    if (SL_UNLIKELY(plain && sl_scope_code(self)) && sl_park_end(self))
        return over(wait, SL_SCOPE_TAKEN);
    return true;
}

bool sl_wait_wake_shared(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_fiber *fiber = wait->fiber;

    if (!sl_park_end(fiber))
        return false;
    wait->state = SL_WAIT_DONE;
    sl_ready_wake(loop, fiber);
    return true;
}

bool sl_wait_cancel_held(struct sley_loop *loop, struct sl_wait *wait, unsigned why)
{
    struct sl_fiber *fiber = wait->fiber;

    if (wait->class->cancel) {
        wait->taken |= (uint8_t)why;
        return wait->class->cancel_held(loop, wait);
    }
    /* A local primitive's list is read by its worker, which may be another one. */
    sl_shared_store_relaxed(&wait->state, SL_WAIT_CANCELLED);
    wait->taken |= (uint8_t)why;
    sl_park_end_held(fiber);
    sl_ready_wake(loop, fiber);
    return true;
}

/* ---- around the switch ---- */

/* A pending request hits at the first real suspension, which still is one: the others that are
 * ready run first (FORMAT.md R7). */
static void deliver_first(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_fiber *self = wait->fiber;

    if (wait->class->completes || (sl_fiber_flags(self) & SL_FIBER_SHIELDED) ||
        !sl_wait_cancel(loop, wait))
        return;
    sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);
    wait->taken |= SL_EDGE_TAKEN;
}

/* What is waited for is cancelled, not the wait: a request that came before PARKED was there. */
static void cancel_first(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_fiber *self = wait->fiber;
    unsigned why = 0;

    if ((sl_fiber_flags(self) & (SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED)) ==
        SL_FIBER_MUST_CANCEL)
        why = SL_EDGE_TAKEN;
    else if (sl_scope_code(self))
        why = SL_SCOPE_TAKEN;
    if (!why || !sl_park_hold(self, 0))
        return;
    if (why == SL_EDGE_TAKEN) /* while nobody else can leave one */
        sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);
    if (!sl_wait_cancel_held(loop, wait, why) && why == SL_EDGE_TAKEN)
        sl_fiber_set(self, SL_FIBER_MUST_CANCEL);
}

void sl_wait_park_first(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_fiber *self = wait->fiber;

    if (!wait->begun) { /* else others may be looking at it */
        if (!sl_fiber_many(self)) {
            self->wait = wait;
            deliver_first(loop, wait);
            return;
        }
        (void)!sl_wait_begin(wait);
    }
    if (wait->begun == SL_WAIT_OVER)
        sl_ready_wake(loop, self);
    else if (wait->class->cancel && SL_UNLIKELY(sl_fiber_flags(self) & SL_FIBER_ASKED))
        cancel_first(loop, wait);
}

int sl_wait_resumed(struct sl_fiber *self, const struct sl_wait *wait)
{
    uint32_t flags = sl_fiber_flags(self);
    bool steals = (flags & (SL_FIBER_MANY | SL_FIBER_PINNED)) == SL_FIBER_MANY;
    unsigned turns = 0;
    int code;

    while (SL_UNLIKELY(flags & SL_FIBER_SENT)) { /* it has reached somebody, or is left for us */
        sl_spin_wait(&turns);
        flags = sl_fiber_flags(self);
    }
    if (flags & SL_FIBER_LENT) { /* the word is one loop's own again */
        sl_store_relaxed(&self->word, flags & ~(uint32_t)(SL_FIBER_MANY | SL_FIBER_LENT));
        steals = false;
    }
    if (wait->class->completes) {
        if (wait->taken & SL_EDGE_TAKEN)
            return -ECANCELED;
        return wait->taken ? sl_scope_walk(self->scope) : 0;
    }
    if (!steals && take_edge(self))
        return -ECANCELED;
    if (wait->state == SL_WAIT_CANCELLED) {
        if (wait->taken & SL_SCOPE_TAKEN && (code = sl_scope_walk(self->scope)))
            return code;
        return -ECANCELED;
    }
    /* Of many workers: what the wait was given is kept, and a request meets the next suspension. */
    return steals || wait->taken & SL_SCOPE_TAKEN ? 0 : sl_scope_code(self);
}
