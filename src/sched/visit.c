/* A fiber of another loop is woken, or by a thread that runs none. As soon as it is queued it may
 * run, and its runtime end: that waits for us. */
#include "sched/share.h"
#include "sched/wait.h"

void sl_share_visit(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_loop *home = fiber->stack->home;
    struct sl_runtime *runtime = home->runtime;

    sl_add_relaxed(&runtime->visitors, 1);
    if (!home->team || sl_fiber_flags(fiber) & SL_FIBER_PINNED)
        sl_share_give_to(home, &fiber->entry);
    else if (sl_fiber_flags(fiber) & SL_FIBER_ROAMS)
        sl_roam(loop, fiber);
    else
        sl_share_give(home->team, &fiber->entry);
    sl_sub_acq_rel(&runtime->visitors, 1); /* the last touch: pairs with the load below */
}

void sl_share_visitors_leave(struct sl_runtime *runtime)
{
    unsigned turns = 0;

    /* Pairs with the decrement above. */
    while (sl_load_acquire(&runtime->visitors))
        sl_spin_wait(&turns);
}
