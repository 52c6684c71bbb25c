#include "task/scope.h"

#include <errno.h>

void sl_scope_enter(struct sl_fiber *self, struct sley_scope *scope)
{
    scope->_outer = self->scope;
    scope->_task = sl_task_of(self);
    sl_scope_set(self, scope);
}

void sl_scope_exit(struct sl_fiber *self, struct sley_scope *scope)
{
    SL_CHECK(self->scope == scope); /* scopes are left in reverse order, by their own task */
    sl_scope_set(self, scope->_outer);
}

/* Is the scope in the fiber's chain, and no shield before it? */
static bool reaches(const struct sl_fiber *fiber, const struct sley_scope *scope)
{
    for (const struct sley_scope *at = fiber->scope; at; at = at->_outer) {
        if (at == scope)
            return true;
        if (at->_flags & SL_SCOPE_SHIELD)
            return false;
    }
    return false;
}

static void cancel_wait(struct sley_loop *loop, struct sl_fiber *fiber,
                        const struct sley_scope *scope)
{
    if (!fiber->wait || !reaches(fiber, scope))
        return;
    if (fiber->wait->class == &sl_await_class
            ? sl_future_cancel(loop, fiber->wait->object)
            : sl_wait_cancel(loop, fiber->wait))
        fiber->wait->taken |= SL_SCOPE_TAKEN;
}

void sl_scope_cancel(struct sley_loop *loop, struct sley_scope *scope, int code)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    if (scope->_code)
        return;
    scope->_code = code;
    if (scope->_task && !(scope->_flags & SL_SCOPE_GROUPS)) {
        cancel_wait(loop, &scope->_task->fiber, scope);
        return;
    }
    for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next) {
        struct sl_fiber *fiber = &SL_CONTAINER(link, struct sley_task, all)->fiber;

        fiber->flags |= SL_FIBER_SCOPED; /* the runtime's own scope may be the one */
        cancel_wait(loop, fiber, scope);
    }
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
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);

    if (!loop)
        return;
    sl_scope_cancel(loop, scope, -ECANCELED);
    sl_leave(loop, user);
}

bool sley_scope_cancelled(const sley_scope *scope)
{
    return scope->_code != 0;
}

void sley_shield_enter(sley_scope *scope)
{
    struct sley_loop *loop = sl_current();
    struct sl_fiber *self;

    SL_CHECK(loop && loop->current);
    self = loop->current;
    scope->_code = 0;
    scope->_flags = SL_SCOPE_SHIELD;
    if (self->flags & SL_FIBER_SHIELDED)
        scope->_flags |= SL_SCOPE_WAS_SHIELDED;
    self->flags |= SL_FIBER_SHIELDED;
    sl_scope_enter(self, scope);
}

void sley_shield_exit(sley_scope *scope)
{
    struct sl_fiber *self = &scope->_task->fiber;

    sl_scope_exit(self, scope);
    if (!(scope->_flags & SL_SCOPE_WAS_SHIELDED))
        self->flags &= (uint16_t)~SL_FIBER_SHIELDED;
}
