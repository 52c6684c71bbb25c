#include "sched/host.h"

#include "sched/current.h"
#include "sched/share.h"

/* C++'s exception state is the thread's: what the fiber has goes with it. */
static void put(struct sl_exceptions *threads, const struct sl_exceptions *mine)
{
    if (sl_exceptions_any(mine))
        *threads = *mine;
}

/* By the hub: which fiber is next is for a context to find out that can wait for it. */
struct sley_loop *sl_host_enter(struct sley_loop *loop, struct sl_fiber *self,
                                struct sl_host *const *host)
{
    struct sl_exceptions mine = *loop->exceptions;

    if (sl_exceptions_any(&mine))
        sl_exceptions_take(loop->exceptions);
    loop->current = NULL;
    sl_hook_switch(&self->stack->hook, &loop->hook, 0);
    loop = sl_arch_switch(&self->sp, loop->hub, loop);
    sl_hook_switched(&self->stack->hook);
    put(loop ? loop->exceptions : (*host)->exceptions, &mine);
    return loop;
}

void sl_host_run(struct sl_host *host, struct sl_fiber *fiber)
{
    struct sl_outside *outside = sl_current_outside();
    void *to = sl_share_context(fiber);

    host->exceptions = sl_exceptions_of_thread();
    sl_hook_fiber_adopted(&host->hook);
    outside->fiber = fiber;
    sl_hook_switch(&host->hook, &fiber->stack->hook, 0);
    sl_arch_switch(&host->sp, to, NULL);
    sl_hook_switched(&host->hook);
    outside->fiber = NULL;
}

struct sley_loop *sl_host_leave(struct sl_host *host, struct sl_fiber *self)
{
    struct sl_exceptions mine = *host->exceptions;
    struct sley_loop *loop;

    if (sl_exceptions_any(&mine))
        sl_exceptions_take(host->exceptions);
    sl_hook_switch(&self->stack->hook, &host->hook, 0);
    loop = sl_arch_switch(&self->sp, host->sp, NULL);
    sl_hook_switched(&self->stack->hook);
    put(loop->exceptions, &mine);
    return loop;
}
