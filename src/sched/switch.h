/* sched/switch.h: from one fiber directly to the next, for the few places that must be quickest.
 *
 * Everybody else parks through sched/wait.h and so in sl_worker_park: the same, out of line. */
#ifndef SL_SCHED_SWITCH_H
#define SL_SCHED_SWITCH_H

#include "sched/share.h"

/* The first and last function on every fiber's stack. */
void sl_switch_entry(void *passed);

/* From the hub: runs a fiber until it is the hub's turn again. */
void sl_switch_run(struct sley_loop *loop, struct sl_fiber *fiber);

/* Gives a fiber that runs for the first time its stack. Until it parks for the first time its sp
 * only says that it has begun. */
SL_INLINE void sl_switch_bind(struct sl_fiber *fiber, struct sl_stack *stack)
{
    fiber->stack = stack;
    fiber->sp = stack;
}

/* The next entry if a fiber may be switched to directly, else NULL: then it is the hub's turn. Its
 * sp is NULL if it is to begin. */
SL_INLINE struct sl_fiber *sl_switch_next(struct sley_loop *loop)
{
    struct sl_link *first = loop->ready.head.next;
    struct sl_entry *entry = SL_CONTAINER(first, struct sl_entry, link);
    struct sl_fiber *fiber;

    if (SL_UNLIKELY(loop->budget <= 0 || first == &loop->ready.head || entry->run))
        return NULL;
    fiber = sl_fiber_of(entry);
    if (!fiber->sp && SL_UNLIKELY(sl_fiber_flags(fiber) & (SL_FIBER_MUST_CANCEL | SL_FIBER_NOTED)))
        return NULL; /* never starts, or is looked at first: the hub's business */
    sl_ready_pop(loop);
    loop->budget--;
    return fiber;
}

/* Among many workers: to one that begins, and is the caller's to begin. */
SLEY_SUSPENDS SL_INLINE struct sley_loop *sl_switch_begin(struct sley_loop *loop,
                                                          struct sl_fiber *self,
                                                          struct sl_fiber *next)
{
    struct sl_stack *stack = sl_stacks_bind_shared(&loop->stacks, next->stack_class);

    loop->current = next;
    sl_share_bind(loop, next, stack);
    sl_hook_switch(&self->stack->hook, &stack->hook, 0);
    loop = sl_arch_switch_begin(&self->sp, sl_stack_top(stack), sl_switch_entry, loop);
    sl_hook_switched(&self->stack->hook);
    return loop;
}

/* The same for a fiber that has C++ exceptions to keep. */
SLEY_SUSPENDS struct sley_loop *sl_switch_holding(struct sley_loop *loop, struct sl_fiber *self);

/* Gives the worker to whoever is next; returns when `self` is run again. */
SLEY_SUSPENDS SL_INLINE struct sley_loop *sl_switch_park(struct sley_loop *loop,
                                                         struct sl_fiber *self)
{
    struct sl_fiber *next;

    if (sl_exceptions_any(loop->exceptions))
        return sl_switch_holding(loop, self);
    next = sl_switch_next(loop);
    if (next == self)
        return loop;
    if (SL_UNLIKELY(!next) && loop->team)
        return sl_share_park(loop, self);
    loop->current = next;
    if (next && !next->sp) {
        struct sl_stack *stack = sl_stacks_bind(&loop->stacks, next->stack_class);

        sl_switch_bind(next, stack);
        sl_hook_switch(&self->stack->hook, &stack->hook, 0);
        loop = sl_arch_switch_begin(&self->sp, sl_stack_top(stack), sl_switch_entry, loop);
    } else {
        sl_hook_switch(&self->stack->hook, next ? &next->stack->hook : &loop->hook, 0);
        loop = sl_arch_switch(&self->sp, next ? next->sp : loop->hub, loop);
    }
    sl_hook_switched(&self->stack->hook);
    return loop;
}

#endif
