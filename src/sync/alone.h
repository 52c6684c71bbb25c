/* sync/alone.h: a wait of the shared kind where one loop is the whole runtime: the same steps as in
 * sl_node_list and sl_node_park, without a call, and without what only other workers need. For
 * places where two tasks hand something to each other as quickly as they can. */
#ifndef SL_SYNC_ALONE_H
#define SL_SYNC_ALONE_H

#include "sched/switch.h"
#include "sync/shared.h"

/* May the running task wait so? No, if it has been asked something. */
SL_INLINE bool sl_alone_may(const struct sley_loop *loop)
{
    return SL_LIKELY(!loop->team) &&
           SL_LIKELY(!(sl_fiber_flags(loop->current) & (SL_FIBER_ASKED | SL_FIBER_MANY)));
}

/* Under the guard: sl_node_init and sl_node_list. */
SL_INLINE void sl_alone_list(struct sl_node *node, struct sley_loop *loop,
                             const struct sl_wait_class *class, const void *object,
                             sley_links *list)
{
    struct sl_fiber *self = loop->current;

    node->wait.fiber = self;
    node->wait.class = class;
    node->wait.object = (void *)(uintptr_t)object;
    node->wait.state = SL_WAIT_PENDING;
    node->wait.taken = 0;
    node->wait.begun = SL_WAIT_BEGUN;
    node->wait.flags = SL_NODE_EXACT | SL_NODE_LISTED;
    node->loop = loop;
    self->wait = &node->wait;
    /* Nobody can have found it yet: sl_wait_begin. */
    sl_store_relaxed(&self->word,
                     sl_fiber_flags(self) | SL_FIBER_MANY | SL_FIBER_LENT | SL_FIBER_PARKED);
    sl_chain_push(list, &node->wait.link);
}

/* Returns the loop, and in *plain: it was woken, and nothing else has happened. Else
 * sl_wait_resumed says what has. `caller` and *elsewhere: arch/switch.h, sl_arch_call_suspending.
 * What is needed afterwards is read anew, and not kept for the time of the switch. */
SLEY_SUSPENDS SL_INLINE struct sley_loop *sl_alone_park(struct sley_loop *loop,
                                                        struct sl_node *node, void *caller,
                                                        uintptr_t *elsewhere, bool *plain)
{
    struct sl_fiber *self;

    loop->caller = caller;
    loop = sl_switch_park(loop, loop->current);
    *elsewhere = loop->caller != caller;
    self = loop->current;
    self->wait = NULL;
    *plain = SL_LIKELY(!(sl_fiber_flags(self) & (SL_FIBER_ASKED | SL_FIBER_MANY))) &&
             SL_LIKELY(node->wait.state == SL_WAIT_DONE);
    return loop;
}

/* Under the guard: ends the wait of the first in the list, if it is one of a task of this loop.
 * It is the caller's to be made ready then: sl_ready_push. */
SL_INLINE struct sl_node *sl_alone_claim_first(struct sley_loop *loop, sley_links *list)
{
    struct sl_node *node = sl_node_of(sl_chain_first(list));

    if (SL_UNLIKELY(!node || node->loop != loop || !sl_wait_claim_own(&node->wait)))
        return NULL;
    node->wait.flags &= ~(uint32_t)SL_NODE_LISTED;
    list->first = node->wait.link.next;
    if (node->wait.link.next)
        node->wait.link.next->prev = NULL;
    else
        list->last = NULL;
    return node;
}

#endif
