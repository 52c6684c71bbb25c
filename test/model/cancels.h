/* cancels.h: a wait that may be cancelled: src/sched/wait.c, and requests and scopes as they are
 * shipped, on the fibers of fibers.h.
 *
 * Who waits is the fiber of the first thread, inside of `scope`. Nothing is awaited. */
#ifndef SL_MODEL_CANCELS_H
#define SL_MODEL_CANCELS_H

#include "fibers.h"

#include "sched/wait.c"
#include "task/cancel.c"
#include "task/scope.c"
#include "task/shared_cancel.c"
#include "task/shared_task.c"

static struct sley_scope scope;
static unsigned requests;

/* ---- what is not explored here ---- */

const struct sl_wait_class sl_await_class = {.reason = "nobody awaits here"};

SL_MODEL_NOT_CALLED(sl_future_cancel);
SL_MODEL_NOT_CALLED(sl_future_drop_many);
SL_MODEL_NOT_CALLED(sl_future_free);
SL_MODEL_NOT_CALLED(sl_pool_each);

/* As shared.c does. */
void sl_future_lock_slowly(struct sley_future *future)
{
    unsigned turns = 0;

    do
        while (sl_load_relaxed(&future->guard) == SL_GUARD_HELD)
            sl_spin_wait(&turns);
    while (sl_exchange_acq_rel(&future->guard, SL_GUARD_HELD) == SL_GUARD_HELD);
}

/* ---- for models ---- */

static void canceller(void)
{
    requests++;
    sl_shared_cancel(&tasks[0]);
}

static void scope_canceller(void)
{
    sl_scope_cancel(&loops[sl_model_current()], &scope, -SLEY_ETIMEOUT);
}

/* As setup_fibers. */
static void setup_cancels(uint32_t word)
{
    setup_fibers(word);
    scope = (struct sley_scope){._outer = &runtime.root, ._task = &tasks[0]};
    tasks[0].fiber.scope = &scope;
    requests = 0;
}

/* It has gone on; was it told of a request? */
static void check_cancels(bool told)
{
    uint32_t word = sl_fiber_flags(&tasks[0].fiber);

    model_check(!(word & (SL_FIBER_PARKED | SL_FIBER_HELD)), "parked or held for ever");
    model_check(!requests || told || word & SL_FIBER_MUST_CANCEL, "a request is lost");
    if (scope._code)
        model_check(sl_scope_code(&tasks[0].fiber) == scope._code, "a scope's cancel is lost");
}

#endif
