#include "sched/wait.h"

#include <errno.h>

int sl_scope_walk(const struct sley_scope *scope)
{
    int code = 0;

    for (; scope; scope = scope->_outer) {
        if (scope->_code)
            code = scope->_code; /* the outermost one is seen last */
        if (scope->_flags & SL_SCOPE_SHIELD)
            break;
    }
    return code;
}

void sl_scope_set(struct sl_fiber *fiber, struct sley_scope *scope)
{
    fiber->scope = scope;
    fiber->flags &= (uint16_t)~SL_FIBER_IN_CANCELLED;
    for (; scope; scope = scope->_outer)
        if (scope->_code)
            fiber->flags |= SL_FIBER_IN_CANCELLED;
}

bool sl_wait_cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    if (wait->state != SL_WAIT_PENDING)
        return false;
    if (wait->class->cancel)
        return wait->class->cancel(loop, wait);
    wait->state = SL_WAIT_CANCELLED;
    sl_ready_push(loop, &wait->fiber->entry);
    return true;
}

void sl_wait_put_back(struct sl_wait *wait)
{
    if (wait->taken & SL_EDGE_TAKEN)
        wait->fiber->flags |= SL_FIBER_MUST_CANCEL;
}

/* An edge request that is to be delivered now; taking it clears it. */
SL_INLINE bool take_edge(struct sl_fiber *self)
{
    if (SL_LIKELY((self->flags & (SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED)) !=
                  SL_FIBER_MUST_CANCEL))
        return false;
    self->flags &= (uint16_t)~SL_FIBER_MUST_CANCEL;
    return true;
}

int sl_wait_resumed(struct sl_fiber *self, const struct sl_wait *wait)
{
    int code;

    if (wait->class->completes) {
        if (wait->taken & SL_EDGE_TAKEN)
            return -ECANCELED;
        return wait->taken ? sl_scope_walk(self->scope) : 0;
    }
    if (take_edge(self))
        return -ECANCELED;
    if (wait->state == SL_WAIT_CANCELLED) {
        if (wait->taken & SL_SCOPE_TAKEN && (code = sl_scope_walk(self->scope)))
            return code;
        return -ECANCELED;
    }
    return wait->taken & SL_SCOPE_TAKEN ? 0 : sl_scope_code(self);
}

/* A pending request hits at the first real suspension, which still is one: the others that are
 * ready run first (FORMAT.md R7). */
void sl_wait_deliver_first(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_fiber *self = wait->fiber;

    if (wait->class->completes || (self->flags & SL_FIBER_SHIELDED) ||
        !sl_wait_cancel(loop, wait))
        return;
    self->flags &= (uint16_t)~SL_FIBER_MUST_CANCEL;
    wait->taken |= SL_EDGE_TAKEN;
}

int sl_wait_checkpoint(struct sl_fiber *self)
{
    return SL_UNLIKELY(take_edge(self)) ? -ECANCELED : sl_scope_code(self);
}
