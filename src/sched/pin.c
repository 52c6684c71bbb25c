/* Pinned for a while: calls that need what belongs to one worker. */
#include "sched/share.h"
#include "sched/wait.h"

static struct sley_loop *move(struct sley_loop *loop, struct sley_loop *home)
{
    struct sl_fiber *self = loop->current;

    self->stack->home = home;
    if (loop == home)
        return loop;
    sl_share_give_to(home, &self->entry);
    return sl_worker_park(loop, self);
}

struct sley_loop *sl_share_pin(struct sley_loop *loop, struct sley_loop *home,
                               struct sl_pin *before)
{
    struct sl_fiber *self = loop->current;

    before->pinned = sl_fiber_flags(self) & SL_FIBER_PINNED;
    before->home = self->stack->home;
    if (!loop->team || (before->pinned && loop == home))
        return loop;
    sl_fiber_set(self, SL_FIBER_PINNED);
    return move(loop, home);
}

struct sley_loop *sl_share_unpin(struct sley_loop *loop, const struct sl_pin *before)
{
    if (!loop->team)
        return loop;
    if (before->pinned)
        return move(loop, before->home);
    sl_fiber_clear(loop->current, SL_FIBER_PINNED);
    return loop;
}
