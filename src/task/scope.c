#include "task/scope.h"

#include "sched/park.h"
#include "task/shared.h"

#include <errno.h>

void sl_scope_enter(struct sl_fiber *self, struct sley_scope *scope)
{
    scope->_outer = self->scope;
    scope->_task = sl_task_of(self);
    sl_scope_push(self, scope);
}

void sl_scope_exit(struct sl_fiber *self, struct sley_scope *scope)
{
    SL_CHECK(self->scope == scope); /* scopes are left in reverse order, by their own task */
    sl_scope_pop(self, scope->_outer);
}

enum place { OUTSIDE, SHIELDED, INSIDE };

static enum place place_of(const struct sl_fiber *fiber, const struct sley_scope *scope)
{
    enum place place = INSIDE;

    for (const struct sley_scope *at = fiber->scope; at; at = at->_outer) {
        if (at == scope)
            return place;
        if (sl_shared_load_relaxed(&at->_flags) & SL_SCOPE_SHIELD)
            place = SHIELDED;
    }
    return OUTSIDE;
}

/* Marks a fiber that is inside, and cancels once what it awaits, if no shield hides the scope. */
static void cancel_inside(struct sley_loop *loop, struct sl_fiber *fiber,
                          const struct sley_scope *scope)
{
    enum place place = place_of(fiber, scope);

    if (place != OUTSIDE)
        sl_fiber_set(fiber, SL_FIBER_IN_CANCELLED);
    if (place != INSIDE || !fiber->wait)
        return;
    if (fiber->wait->class == &sl_await_class
            ? sl_future_cancel(loop, fiber->wait->object)
            : sl_wait_cancel(loop, fiber->wait))
        fiber->wait->taken |= SL_SCOPE_TAKEN;
}

void sl_scope_cancel_held(struct sley_loop *loop, struct sl_fiber *fiber,
                          const struct sley_scope *scope)
{
    enum place place = place_of(fiber, scope);

    if (place != OUTSIDE)
        sl_fiber_set(fiber, SL_FIBER_IN_CANCELLED);
    if (place == INSIDE)
        sl_wait_cancel_held(loop, fiber->wait, SL_SCOPE_TAKEN);
    else
        sl_park_release(fiber, 0);
}

void sl_scope_cancel(struct sley_loop *loop, struct sley_scope *scope, int code)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    if (loop->team) {
        int32_t none = 0;

        /* Once; before the marks: pairs with sl_scope_own_code. */
        if (sl_shared_cas_acq_rel(&scope->_code, &none, code))
            sl_shared_scope_cancelled(loop, scope);
        return;
    }
    if (scope->_code)
        return;
    scope->_code = code;
    if (scope->_task && !(scope->_flags & SL_SCOPE_GROUPS)) {
        cancel_inside(loop, &scope->_task->fiber, scope);
        return;
    }
    for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next)
        cancel_inside(loop, &SL_CONTAINER(link, struct sley_task, all)->fiber, scope);
}

void sl_scope_reopen(struct sley_scope *scope)
{
    sl_shared_store_relaxed(&scope->_code, 0);
}

void sley_scope_enter(sley_scope *scope)
{
    struct sley_loop *loop = sl_current();

    SL_CHECK(loop && loop->current); /* scopes are for tasks */
    scope->_code = 0;
    scope->_flags = 0;
    sl_scope_enter(loop->current, scope);
}

void sley_scope_exit(sley_scope *scope)
{
    sl_scope_exit(&scope->_task->fiber, scope);
}

void sley_scope_cancel(sley_scope *scope)
{
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return;
    sl_scope_cancel(loop, scope, -ECANCELED);
    sl_leave(loop);
}

bool sley_scope_cancelled(const sley_scope *scope)
{
    return sl_scope_own_code(scope) != 0;
}

void sley_shield_enter(sley_scope *scope)
{
    struct sley_loop *loop = sl_current();
    struct sl_fiber *self;

    SL_CHECK(loop && loop->current);
    self = loop->current;
    scope->_code = 0;
    scope->_flags = SL_SCOPE_SHIELD;
    if (sl_fiber_flags(self) & SL_FIBER_SHIELDED)
        scope->_flags |= SL_SCOPE_WAS_SHIELDED;
    sl_fiber_set(self, SL_FIBER_SHIELDED);
    sl_scope_enter(self, scope);
}

void sley_shield_exit(sley_scope *scope)
{
    struct sl_fiber *self = &scope->_task->fiber;

    sl_scope_exit(self, scope);
    /* Children that enter groups set GROUPS in it. */
    if (!(sl_shared_load_relaxed(&scope->_flags) & SL_SCOPE_WAS_SHIELDED))
        sl_fiber_clear(self, SL_FIBER_SHIELDED);
}
