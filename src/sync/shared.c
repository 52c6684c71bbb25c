#include "sync/shared.h"

#include "sched/share.h"

/* Doubled from turn to turn: what is waited for is held for a few nanoseconds, but again and
 * again. */
SL_NOINLINE void sl_shared_lull(unsigned *turns)
{
    unsigned pauses = SL_SHARED_LULL << (*turns < SL_SHARED_LULLS ? *turns : SL_SHARED_LULLS - 1);

    for (unsigned i = 0; i < pauses; i++)
        sl_cpu_relax();
    if (SL_UNLIKELY(++*turns >= SL_SPIN_PATIENCE))
        sl_plain_yield();
}

SL_NOINLINE void sl_guard_lock_contended(sl_atomic_u32 *guard)
{
    unsigned turns = 0;

    do
        sl_shared_lull(&turns);
    /* Pairs with unlock. */
    while (sl_load_relaxed(guard) || sl_exchange_acq_rel(guard, 1));
}

int sl_node_park(struct sley_loop **loop, struct sl_node *node)
{
    struct sl_fiber *self = node->wait.fiber;

    if (SL_LIKELY(self && node->wait.begun == SL_WAIT_BEGUN)) { /* nothing to be done first */
        *loop = sl_worker_park(*loop, self);
        self->wait = NULL;
        if (SL_LIKELY(!(sl_fiber_flags(self) & (SL_FIBER_ASKED | SL_FIBER_MANY)) &&
                      node->wait.state == SL_WAIT_DONE))
            return 0;
        return sl_wait_resumed(self, &node->wait);
    }
    if (self)
        return sl_wait_park(loop, &node->wait);
    while (!sl_shared_load_acquire(&node->told)) /* pairs with the store in sl_node_ready */
        sl_plain_futex_wait(&node->told, 0);
    return 0;
}

/* Behind what is ready: sl_ready_wake puts the last one of several first. */
static void ready_last(struct sley_loop *loop, struct sl_node *node)
{
    struct sl_fiber *fiber = node->wait.fiber;

    if (fiber && loop && loop->team && !(sl_fiber_flags(fiber) & SL_FIBER_PINNED) &&
        ((struct sley_loop *)fiber->stack->home)->team == loop->team)
        sl_share_push(loop, &fiber->entry);
    else
        sl_node_ready(loop, node);
}

void sl_woken_ready(struct sley_loop *loop, struct sl_woken *woken)
{
    struct sl_node *node = woken->first;

    while (node) {
        struct sl_node *next = node->next;

        if (node == woken->first)
            sl_node_ready(loop, node);
        else
            ready_last(loop, node);
        node = next;
    }
}

int sl_shared_enter(struct sley_loop **loop)
{
    struct sley_loop *here = *loop;
    int rc;

    if (!here)
        return sl_current_outside()->forked ? -SLEY_EFORKED : 0;
    if (!here->current)
        return -SLEY_ENOLOOP;
    rc = sl_scope_code(here->current);
    if (rc < 0)
        return rc;
    sl_enter_loop(here);
    if (sl_shared_used_up(here) && here->team)
        *loop = sl_worker_give_way(here);
    return 0;
}
