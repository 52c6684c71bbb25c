#include "task/future.h"

#include "sched/switch.h"
#include "task/exception.h"
#include "task/offload.h"
#include "task/open.h"
#include "task/shared.h"
#include "task/task.h"
#include "task/waits.h"

#include <errno.h>
#include <stdio.h>

bool sl_future_cancel(struct sley_loop *loop, struct sley_future *future)
{
    if (sl_future_state(future) != SL_PENDING)
        return false;
    switch (future->kind) {
    case SL_FUTURE_TASK:
        return sl_task_cancel(loop, sl_task_of_future(future));
    case SL_FUTURE_GATHER:
        return sl_gather_cancel(loop, future);
    case SL_FUTURE_JOB:
        return sl_offload_calls->job_cancel(future);
    default:
        return sl_future_finish(future, SL_CANCELLED, -ECANCELED, NULL);
    }
}

SL_NOINLINE intptr_t sl_future_retrieve_error(struct sley_loop *loop, struct sley_future *future)
{
    sl_or_acq_rel(&future->flags, SL_FUTURE_RETRIEVED); /* any thread may; pairs with itself */
    sl_error_set(loop, future->error);
    return future->word;
}

/* Failed, and nobody has asked for the error. The handler may look at the future. */
static SL_NOINLINE void tell_unretrieved(struct sley_future *future)
{
    sl_store_relaxed(&future->refs, sl_future_alone(future) ? 1 : SL_REFS_MANY + 1);
    sl_exception_never_retrieved(future->loop, future);
}

void sl_future_free(struct sley_future *future)
{
    if (SL_UNLIKELY(sl_future_state(future) == SL_FAILED)) {
        if (!(sl_future_flags(future) & (SL_FUTURE_RETRIEVED | SL_TASK_SILENT)))
            tell_unretrieved(future);
        sley_error_drop(future->error);
    }
    if (SL_LIKELY(future->kind == SL_FUTURE_TASK)) {
        sl_task_free(future);
        return;
    }
    switch (future->kind) {
    case SL_FUTURE_GATHER:
        sl_gather_free(future);
        break;
    case SL_FUTURE_SHIELD:
        sl_shield_free(future);
        break;
    case SL_FUTURE_JOB:
        sl_offload_calls->job_free(future);
        break;
    default:
        if (future->loop->team)
            sl_shared_give_record(future);
        else
            sl_pool_give(&future->loop->futures, future);
    }
}

/* ---- waiting ---- */

static bool await_cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    return sl_future_cancel(loop, wait->object);
}

static void describe(const struct sl_wait *wait, char *text, size_t size)
{
    const struct sley_future *future = wait->object;

    if (future->kind == SL_FUTURE_JOB)
        snprintf(text, size, "%p (a job, %s)", wait->object, sl_offload_calls->job_state(future));
    else
        snprintf(text, size, "%p", wait->object);
}

const struct sl_wait_class sl_await_class = {
    .reason = "task or future",
    .describe = describe,
    .cancel = await_cancel,
    .cancel_held = sl_shared_await_cancel,
    .needs = sl_needs_object,
};

/* Does the target (by a chain of awaits) wait for the task that is about to await it? Of what has
 * not begun there is nothing to ask. */
SL_INLINE bool closes_a_ring(struct sley_future *target, const struct sl_fiber *self)
{
    while (target->kind == SL_FUTURE_TASK) {
        struct sl_fiber *fiber = &sl_task_of_future(target)->fiber;

        if (!sl_shared_load_relaxed(&fiber->sp))
            return false;
        if (fiber == self)
            return true;
        if (!fiber->wait || fiber->wait->class != &sl_await_class)
            return false;
        target = fiber->wait->object;
        if (sl_future_state(target) != SL_PENDING)
            return false;
    }
    return false;
}

/* In a runtime of one loop. Inlined into each of the public awaits: a frame less on the way to the
 * switch and back. *awaited is read anew from the wait, which is in memory: the switch keeps no
 * registers. */
SL_INLINE int wait_here(struct sley_loop **loop, struct sley_future **awaited)
{
    struct sl_fiber *self = (*loop)->current;
    struct sley_future *future = *awaited;
    struct sl_wait wait;
    int rc;

    if (!self)
        return -SLEY_ENOLOOP;
    if (SL_UNLIKELY(future->loop != *loop))
        return -SLEY_EWRONGLOOP;
    if ((rc = sl_scope_code(self)))
        return rc;
    if (sl_future_state(future) != SL_PENDING)
        return 0;
    if (SL_UNLIKELY(closes_a_ring(future, self)))
        return (int)sley_raise(-SLEY_ECYCLE,
                               "task '%s' would wait for itself, through the task '%s'",
                               sl_task_of(self)->name, sl_task_of_future(future)->name);
    sl_wait_init(&wait, self, &sl_await_class, future);
    sl_list_push(&future->waiters, &self->entry.link);
    rc = sl_wait_park_by(loop, &wait, sl_switch_park);
    *awaited = future = wait.object;
    /* The target was cancelled because we were: that is the wait's end, not the target's word. */
    if (rc == 0 && SL_UNLIKELY(wait.taken) && future->word == -ECANCELED) {
        rc = wait.taken & SL_SCOPE_TAKEN ? sl_scope_walk(self->scope) : 0;
        return rc ? rc : -ECANCELED;
    }
    return rc;
}

int sl_future_wait(struct sley_loop **loop, struct sley_future *future)
{
    return (*loop)->team ? sl_shared_wait(loop, future) : wait_here(loop, &future);
}

/* The handle of another loop's task is given back there. */
intptr_t sl_future_not_joined(struct sley_loop *loop, struct sley_future *future, intptr_t status)
{
    sl_future_drop_foreign(future); /* or its own loop's */
    sl_leave(loop);
    return status;
}

SL_INLINE intptr_t await_here(struct sley_future *future, bool drop)
{
    struct sley_loop *loop = sl_current();
    int status;

    if (SL_UNLIKELY(!future))
        return -EINVAL;
    if (SL_UNLIKELY(!loop))
        return sl_sleeper_await(future, drop);
    sl_enter_loop(loop);
    if (SL_UNLIKELY(loop->team != NULL))
        return sl_shared_await(loop, future, drop);
    status = wait_here(&loop, &future);
    return sl_future_awaited(loop, future, status, drop);
}

intptr_t sley_await(sley_future *future)
{
    return await_here(future, false);
}

SL_OWN_BODY intptr_t sley_task_await(sley_task *task)
{
    return await_here((struct sley_future *)task, false);
}

intptr_t sley_join(sley_task *task)
{
    return await_here((struct sley_future *)task, true);
}

int sley_await_into(sley_future *future, intptr_t *outcome)
{
    struct sley_loop *loop;
    int rc;

    if (!future)
        return -EINVAL;
    loop = sl_enter();
    if (!loop)
        return sl_sleeper_await_into(future, outcome);
    rc = sl_future_wait(&loop, future);
    if (rc == 0)
        *outcome = sl_future_retrieve(loop, future);
    sl_leave(loop);
    return rc;
}

/* ---- the public object ---- */

sley_future *sley_loop_create_future(sley_loop *loop)
{
    struct sley_future *future;

    if (!loop->team && !sl_own_usable(loop))
        return NULL;
    future = loop->team ? sl_shared_take_record(loop, SL_FUTURE) : sl_pool_take(&loop->futures);
    if (!future)
        return NULL;
    sl_future_init(future, loop, SL_FUTURE);
    if (!loop->team)
        sl_future_open(future);
    return future;
}

sley_future *sley_future_new(void)
{
    struct sley_loop *loop = sl_current();
    struct sley_future *future = loop ? sley_loop_create_future(loop) : NULL;

    if (future && loop->team && loop->current &&
        sl_fiber_flags(loop->current) & SL_FIBER_PINNED)
        sl_future_mark(future, SL_FUTURE_PINNED);
    return future;
}

sley_future *sley_future_ref(sley_future *future)
{
    return sl_future_ref(future);
}

void sley_future_drop(sley_future *future)
{
    if (future)
        sl_future_drop(future);
}

void sley_future_cleanup_(sley_future **future)
{
    sley_future_drop(*future);
}

/* A completion from outside: only of plain futures. Who is first is found out by the claim, or
 * under the guard. */
static int check_completable(const struct sley_future *future)
{
    if (!future)
        return -EINVAL;
    if (SL_UNLIKELY(sl_runtime_dead(future->loop->runtime)))
        return -SLEY_EFORKED;
    if (future->kind != SL_FUTURE || sl_future_state(future) != SL_PENDING)
        return -SLEY_EINVALIDSTATE;
    return 0;
}

static int complete(struct sley_loop *loop, struct sley_future *future, enum sl_future_state state,
                    intptr_t word, sley_error *detail)
{
    bool first;

    if (loop)
        sl_enter_loop(loop);
    first = sl_future_finish(future, state, word, detail);
    if (loop)
        sl_leave(loop);
    return first ? 0 : -SLEY_EINVALIDSTATE;
}

int sley_future_set_result(sley_future *future, intptr_t value)
{
    int rc = check_completable(future);

    if (rc < 0)
        return rc;
    if (sley_is_error(value))
        return -SLEY_EVALUE;
    return complete(sl_current(), future, SL_DONE, value, NULL);
}

int sley_future_set_exception(sley_future *future, intptr_t error)
{
    int rc = check_completable(future);
    struct sley_loop *loop;
    sley_error *detail;

    if (rc < 0)
        return rc;
    if (!sley_is_error(error))
        return -SLEY_EVALUE;
    loop = sl_current();
    detail = *sl_error_slot(loop);
    if (sley_error_code(detail) != error)
        detail = NULL;
    if (error == -ECANCELED)
        return complete(loop, future, SL_CANCELLED, error, NULL);
    return complete(loop, future, SL_FAILED, error, sley_error_ref(detail));
}

/* What is its loop's alone, by a thread that does not run the loop. */
static bool cancel_foreign(struct sley_future *future)
{
    enum sl_own own;
    bool cancelled;

    if (future->kind == SL_FUTURE_TASK)
        return sl_task_ask(sl_task_of_future(future));
    own = sl_own_begin(future->loop);
    if (own == SL_OWN_NOT)
        return false;
    cancelled = sl_future_cancel(future->loop, future);
    sl_own_end(future->loop, own);
    return cancelled;
}

bool sley_future_cancel(sley_future *future)
{
    struct sley_loop *loop;
    bool cancelled;

    if (!future || sl_runtime_dead(future->loop->runtime))
        return false;
    loop = sl_enter();
    if (loop == future->loop || sl_future_guard_of(future) >= SL_GUARD_OPEN)
        cancelled = sl_future_cancel(future->loop, future);
    else
        cancelled = cancel_foreign(future);
    if (loop)
        sl_leave(loop);
    return cancelled;
}

bool sley_future_done(const sley_future *future)
{
    return sl_future_state(future) != SL_PENDING;
}

bool sley_future_cancelled(const sley_future *future)
{
    return sl_future_state(future) == SL_CANCELLED;
}

intptr_t sley_future_result(sley_future *future)
{
    if (sl_future_state(future) == SL_PENDING)
        return -SLEY_EINVALIDSTATE;
    return sl_future_retrieve(sl_current(), future);
}

intptr_t sley_future_exception(sley_future *future)
{
    if (sl_future_state(future) == SL_DONE)
        return 0;
    return sley_future_result(future);
}

sley_loop *sley_future_get_loop(const sley_future *future)
{
    sl_stuck_given(future->loop);
    return future->loop;
}
