/* sley_checkpoint: a yield, if the running task has had its turn for long enough.
 *
 * A loop does not know when a turn began: no clock is read for a switch. The first call in a turn
 * notes the time, which the others compare with. Which turn it is, the counters tell. */
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/error.h>
#include <sley/task.h>

static uint64_t turn_of(const struct sley_loop *loop)
{
    if (loop->team)
        return sl_load_relaxed(&loop->member->turns);
    return loop->passes * 2 * SL_PASS_DISPATCHES + (uint64_t)loop->budget;
}

static bool used_up(struct sley_loop *loop)
{
    uint64_t turn = turn_of(loop);
    int64_t now;

    if (loop->virtual_clock) /* which stands still meanwhile */
        return true;
    now = sl_loop_clock(loop);
    if (loop->checkpoint.turn != turn || loop->checkpoint.fiber != loop->current) {
        loop->checkpoint.turn = turn;
        loop->checkpoint.fiber = loop->current;
        loop->checkpoint.first = now;
    }
    return now - loop->checkpoint.first >= SL_PASS_NS;
}

int sley_checkpoint(void)
{
    struct sley_loop *loop = sl_enter();
    struct sl_fiber *self;
    int rc = 0;
    bool over;

    if (!loop)
        return sl_no_loop();
    self = loop->current;
    if (!self)
        rc = -SLEY_ENOLOOP;
    else if (sl_fiber_flags(self) & SL_FIBER_ASKED)
        rc = sl_scope_code(self);
    /* A request is delivered where the task suspends: here, and now. */
    over = rc == 0 && ((sl_fiber_flags(self) & (SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED)) ==
                           SL_FIBER_MUST_CANCEL ||
                       used_up(loop));
    sl_leave(loop);
    return over ? sley_yield() : rc;
}
