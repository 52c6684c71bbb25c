#include "task/timeout.h"

#include "task/scope.h"

#include <string.h>

enum { CREATED, ACTIVE, EXPIRED, LEFT, LEFT_EXPIRED };

_Static_assert(sizeof(struct sl_timer) == sizeof((sley_timeout *)0)->_timer,
               "the timer fits its place");
_Static_assert(sizeof(sley_timeout) == 112, "part of the interface");

static struct sl_timer *timer_of(sley_timeout *timeout)
{
    return (struct sl_timer *)(void *)timeout->_timer;
}

static sley_timeout *timeout_of(struct sl_entry *entry)
{
    return SL_CONTAINER(entry, sley_timeout, _timer);
}

/* Of many workers the deadline may come on another one while the task looks. */
static uint32_t state_of(const sley_timeout *timeout)
{
    return sl_shared_load_relaxed(&timeout->_state);
}

/* asyncio's form: cancel the task, by an edge. */
static void edge_due(struct sley_loop *loop, struct sl_entry *entry)
{
    sley_timeout *timeout = timeout_of(entry);

    sl_task_cancel(loop, timeout->_task);
    sl_shared_store_relaxed(&timeout->_state, (uint32_t)EXPIRED);
}

/* The macro's form: every call inside fails from now on. */
static void sticky_due(struct sley_loop *loop, struct sl_entry *entry)
{
    sley_timeout *timeout = timeout_of(entry);

    sl_shared_store_relaxed(&timeout->_state, (uint32_t)EXPIRED);
    sl_scope_cancel(loop, &timeout->_scope, -SLEY_ETIMEOUT);
}

/* At or before now: behind what is ready, in this pass; asyncio's call_soon. */
static void arm(struct sley_loop *loop, sley_timeout *timeout, bool soon)
{
    struct sl_timer *timer = timer_of(timeout);

    timer->entry.link.next = NULL;
    timeout->_loop = loop;
    if (soon && !loop->team) {
        timer->deadline = SL_TIMER_QUEUED;
        sl_ready_push(loop, &timer->entry);
    } else if (soon || timeout->_when.ns != SLEY_NS_MAX) {
        sl_timer_arm(loop, timer, soon ? loop->now : timeout->_when.ns);
    }
}

static void prepare(struct sley_loop *loop, sley_timeout *timeout, sley_instant when,
                    void (*due)(struct sley_loop *, struct sl_entry *))
{
    memset(timeout, 0, sizeof *timeout);
    timeout->_task = sl_task_current(loop);
    /* asyncio lets a deadline beat the request that was pending; among many workers, where it can
     * come at the very moment, none is lost. */
    timeout->_cancelling = loop->team ? sl_fiber_cancelling_before(&timeout->_task->fiber)
                                      : sl_fiber_cancelling(&timeout->_task->fiber);
    timeout->_when = when;
    timeout->_state = ACTIVE;
    timer_of(timeout)->entry.run = due;
}

void sl_timeout_enter(struct sley_loop *loop, sley_timeout *timeout, sley_duration delay)
{
    sley_instant now = {sl_loop_clock(loop)};

    prepare(loop, timeout, sley_instant_add(now, delay), edge_due);
    arm(loop, timeout, delay.ns <= 0);
}

intptr_t sl_timeout_exit(struct sley_loop *loop, sley_timeout *timeout, intptr_t status)
{
    bool expired;

    sl_timer_disarm(timeout->_loop, timer_of(timeout));
    expired = state_of(timeout) == EXPIRED;
    timeout->_state = expired ? LEFT_EXPIRED : LEFT;
    if (expired && sl_task_uncancel(timeout->_task) <= timeout->_cancelling &&
        status == -ECANCELED) {
        sl_error_set(loop, NULL);
        return -SLEY_ETIMEOUT;
    }
    return status;
}

int sley_timeout_enter(sley_timeout *timeout, sley_duration delay)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (!loop)
        return sl_no_loop();
    if (loop->current) {
        sl_timeout_enter(loop, timeout, delay);
        rc = 0;
    }
    sl_leave(loop);
    return rc;
}

int sley_timeout_enter_at(sley_timeout *timeout, sley_instant when)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (!loop)
        return sl_no_loop();
    if (loop->current) {
        prepare(loop, timeout, when, edge_due);
        arm(loop, timeout, when.ns <= sl_loop_clock(loop));
        rc = 0;
    }
    sl_leave(loop);
    return rc;
}

intptr_t sley_timeout_exit(sley_timeout *timeout, intptr_t status)
{
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return status;
    status = sl_timeout_exit(loop, timeout, status);
    sl_leave(loop);
    return status;
}

int sley_timeout_reschedule(sley_timeout *timeout, sley_instant when)
{
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return sl_no_loop();
    if (state_of(timeout) == ACTIVE) {
        sl_timer_disarm(timeout->_loop, timer_of(timeout));
        timeout->_when = when;
        if (state_of(timeout) == ACTIVE)
            arm(loop, timeout, when.ns <= sl_loop_clock(loop));
    }
    sl_leave(loop);
    return state_of(timeout) == ACTIVE ? 0 : -SLEY_EFINISHED;
}

sley_instant sley_timeout_when(const sley_timeout *timeout)
{
    return timeout->_when;
}

bool sley_timeout_expired(const sley_timeout *timeout)
{
    return state_of(timeout) == EXPIRED || state_of(timeout) == LEFT_EXPIRED;
}

/* ---- the macro's form ---- */

static void scope_enter(sley_timeout *timeout, sley_instant when, bool soon)
{
    struct sley_loop *loop = sl_current();

    SL_CHECK(loop && loop->current); /* SLEY_TIMEOUT is for tasks */
    prepare(loop, timeout, when, sticky_due);
    /* Before the timer: who rescues this worker may fire it at once. */
    sl_scope_enter(loop->current, &timeout->_scope);
    arm(loop, timeout, soon);
}

void sley_timeout_scope_enter(sley_timeout *timeout, sley_duration delay)
{
    scope_enter(timeout, sley_instant_add(sley_time(), delay), delay.ns <= 0);
}

void sley_timeout_scope_enter_at(sley_timeout *timeout, sley_instant when)
{
    scope_enter(timeout, when, when.ns <= sley_time().ns);
}

void sley_timeout_scope_exit(sley_timeout *timeout)
{
    struct sley_loop *loop = sl_current();

    if (SL_LIKELY(loop != NULL)) /* else a child's: no timer of its parent is due here */
        sl_timer_disarm(timeout->_loop, timer_of(timeout));
    sl_scope_exit(&timeout->_task->fiber, &timeout->_scope);
    timeout->_state = timeout->_state == EXPIRED ? LEFT_EXPIRED : LEFT;
}
