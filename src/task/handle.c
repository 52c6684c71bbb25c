/* call_soon, call_later, call_at and their handles.
 *
 * A record comes from the loop's pool, whose memory stays a record's for ever: a stale handle finds
 * another generation there. It is even while the call is due, odd once it was cancelled. */
#include "task/context.h"
#include "task/task.h"

#include <sley/loop.h>

struct handle {
    struct sl_timer timer;
    sley_callback *fn;
    void *arg;
    uintptr_t context;
    uint64_t generation;
};
_Static_assert(sizeof(struct handle) == 64, "one cache line");

static void handle_free(struct sley_loop *loop, struct handle *handle)
{
    sl_context_release(handle->context);
    /* The pool's link lies over the timer, not over the generation. */
    sl_pool_give(&loop->handles, handle);
    sl_hook_unpoison(&handle->generation, sizeof handle->generation);
}

static void handle_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);
    struct handle *handle = SL_CONTAINER(timer, struct handle, timer);
    uintptr_t outer = loop->context;

    if (SL_UNLIKELY(loop->dropping)) {
        handle->generation++;
        handle_free(loop, handle);
        return;
    }
    handle->generation += 2;
    loop->context = handle->context;
    loop->in_user = 1;
    handle->fn(handle->arg);
    loop->in_user = 0;
    handle->context = loop->context;
    loop->context = outer;
    handle_free(loop, handle);
}

static struct handle *handle_new(struct sley_loop *loop, sley_callback *fn, void *arg)
{
    struct handle *handle;

    if (!loop || !fn || loop->state == SL_LOOP_CLOSED || sl_runtime_dead(loop->runtime))
        return NULL;
    handle = sl_pool_take(&loop->handles);
    if (!handle)
        return NULL;
    handle->timer.entry.run = handle_run;
    handle->fn = fn;
    handle->arg = arg;
    handle->context = sl_context_inherit(loop, NULL);
    handle->generation = (handle->generation | 1) + 1;
    return handle;
}

static sley_handle by_value(struct sley_loop *loop, struct handle *handle)
{
    sley_handle value = {handle, loop, handle ? handle->generation : 0};

    return value;
}

sley_handle sley_loop_call_soon(sley_loop *loop, sley_callback *fn, void *arg)
{
    struct handle *handle = handle_new(loop, fn, arg);

    if (handle) {
        handle->timer.deadline = SL_TIMER_QUEUED;
        sl_ready_push(loop, &handle->timer.entry);
    }
    return by_value(loop, handle);
}

sley_handle sley_loop_call_at(sley_loop *loop, sley_instant when, sley_callback *fn, void *arg)
{
    struct handle *handle = handle_new(loop, fn, arg);

    if (handle)
        sl_timer_arm(loop, &handle->timer, when.ns);
    return by_value(loop, handle);
}

sley_handle sley_loop_call_later(sley_loop *loop, sley_duration delay, sley_callback *fn,
                                 void *arg)
{
    sley_instant now = {loop ? sl_loop_clock(loop) : 0};

    return sley_loop_call_at(loop, sley_instant_add(now, delay), fn, arg);
}

sley_handle sley_call_soon(sley_callback *fn, void *arg)
{
    return sley_loop_call_soon(sl_current(), fn, arg);
}

sley_handle sley_call_later(sley_duration delay, sley_callback *fn, void *arg)
{
    return sley_loop_call_later(sl_current(), delay, fn, arg);
}

sley_handle sley_call_at(sley_instant when, sley_callback *fn, void *arg)
{
    return sley_loop_call_at(sl_current(), when, fn, arg);
}

bool sley_handle_valid(sley_handle handle)
{
    return handle._record != NULL;
}

void sley_handle_cancel(sley_handle value)
{
    struct handle *handle = value._record;

    if (!handle || handle->generation != value._generation)
        return;
    handle->generation++;
    sl_timer_disarm(value._loop, &handle->timer);
    handle_free(value._loop, handle);
}

bool sley_handle_cancelled(sley_handle value)
{
    struct handle *handle = value._record;

    return handle && handle->generation == value._generation + 1;
}

sley_instant sley_handle_when(sley_handle value)
{
    struct handle *handle = value._record;
    sley_instant when = SLEY_NEVER;

    if (handle && handle->generation == value._generation &&
        handle->timer.deadline != SL_TIMER_QUEUED)
        when.ns = handle->timer.deadline;
    return when;
}
