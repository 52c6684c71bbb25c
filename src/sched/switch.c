#include "sched/switch.h"

#include "sched/share.h"

struct sley_loop *sl_worker_park(struct sley_loop *loop, struct sl_fiber *self)
{
    return sl_switch_park(loop, self);
}

struct sley_loop *sl_switch_holding(struct sley_loop *loop, struct sl_fiber *self)
{
    struct sl_exceptions mine = sl_exceptions_take(loop->exceptions);

    loop = sl_worker_park(loop, self);
    *loop->exceptions = mine;
    return loop;
}

/* Gives a fiber that begins a stack that looks as if it had parked before its first function. */
static SL_NOINLINE void lay_out(struct sley_loop *loop, struct sl_fiber *fiber)
{
    sl_switch_bind(fiber, loop->team ? sl_stacks_bind_shared(&loop->stacks, fiber->stack_class)
                                     : sl_stacks_bind(&loop->stacks, fiber->stack_class));
    fiber->stack->home = loop;
    sl_shared_store_relaxed(&fiber->sp, /* a report looks at it */
                            sl_arch_prepare(sl_stack_top(fiber->stack), sl_switch_entry));
}

/* The fiber on this stack has ended, among many workers: where to go on. NULL: here, another one
 * begins on it. The stack is given back last: nothing that could hand it to another worker comes
 * before we have left it.
 *
 * It is left by sl_switch_entry itself: a call that never returns would shift the processor's
 * return stack (arch/x86_64.h), which cost 22 ns. */
static SL_NOINLINE void *end_shared(struct sley_loop *loop, struct sl_stack *stack)
{
    struct sl_fiber *next = sl_share_next_fiber(loop, NULL);
    void *to = loop->hub;

    loop->current = next;
    if (next && !sl_shared_load_relaxed(&next->sp)) {
        if (next->stack_class == stack->class) {
            sl_share_bind(loop, next, stack);
            sl_stacks_unpromise_shared(&loop->stacks, stack->class);
            return NULL;
        }
        sl_share_bind(loop, next, sl_stacks_bind_shared(&loop->stacks, next->stack_class));
        to = sl_arch_prepare(sl_stack_top(next->stack), sl_switch_entry);
    } else if (next) {
        to = sl_share_context(next);
    }
    sl_stacks_give_shared(&loop->stacks, stack);
    return to;
}

/* The same where there is one loop. */
SL_INLINE void *end_alone(struct sley_loop *loop, struct sl_stack *stack)
{
    struct sl_fiber *next = sl_switch_next(loop);

    loop->current = next;
    if (next && !next->sp) {
        if (next->stack_class == stack->class) {
            sl_switch_bind(next, stack);
            sl_stacks_unpromise(&loop->stacks, stack->class);
            return NULL;
        }
        lay_out(loop, next);
    }
    sl_stacks_give(&loop->stacks, stack);
    return next ? next->sp : loop->hub;
}

/* A fiber that ends while the next one is new hands it its own stack, which is the hottest: no
 * switch at all. */
void sl_switch_entry(void *passed)
{
    struct sley_loop *loop = passed;

    sl_hook_switched(&loop->current->stack->hook);
    for (;;) {
        struct sl_fiber *self = loop->current;
        /* Not in a register, which would be saved for a caller that there is not. */
        struct sl_stack *volatile stack = self->stack;
        void *to;

        loop = sl_worker_calls.main(loop, self);
        to = SL_UNLIKELY(loop->team != NULL) ? end_shared(loop, stack) : end_alone(loop, stack);
        if (!to)
            continue;
        sl_hook_switch(&stack->hook, loop->current ? &loop->current->stack->hook : &loop->hook, 1);
        sl_arch_leave(to, loop);
    }
}

void sl_switch_run(struct sley_loop *loop, struct sl_fiber *fiber)
{
    void *to;

    if (sl_exceptions_any(loop->exceptions)) { /* whoever runs the loop does so in a handler */
        struct sl_exceptions mine = sl_exceptions_take(loop->exceptions);

        sl_switch_run(loop, fiber);
        *loop->exceptions = mine;
        return;
    }
    if (SL_UNLIKELY(!sl_shared_load_relaxed(&fiber->sp))) {
        uint32_t flags = sl_fiber_flags(fiber);

        if ((flags & (SL_FIBER_MUST_CANCEL | SL_FIBER_NOTED)) == SL_FIBER_NOTED)
            sl_worker_calls.noted(loop, fiber);
        if (flags & SL_FIBER_MUST_CANCEL) {
            sl_worker_calls.never_start(loop, fiber);
            return;
        }
        lay_out(loop, fiber);
    }
    loop->current = fiber;
    to = loop->team ? sl_share_context(fiber) : fiber->sp;
    sl_hook_switch(&loop->hook, &fiber->stack->hook, 0);
    sl_arch_switch(&loop->hub, to, loop);
    sl_hook_switched(&loop->hook);
}
