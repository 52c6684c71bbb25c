/* call_soon, call_later, call_at and their handles.
 *
 * A record comes from the loop's pool, whose memory stays a record's for ever: a stale handle finds
 * another generation there. It is even while the call is due, odd once it was cancelled. */
#include "task/context.h"
#include "sched/share.h"
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

struct shared_handle {
    struct handle handle;
    struct sley_loop *home; /* which the handle names */
};

size_t sl_handle_size(bool many)
{
    return many ? sizeof(struct shared_handle) : sizeof(struct handle);
}

/* Of many workers: a handle, its record's generation and the pool belong to the wheel's lock of the
 * loop that the handle names; a call that is due is queued, and finds out when it runs whether it
 * was cancelled meanwhile. */
static void lock(struct sley_loop *loop)
{
    if (SL_UNLIKELY(loop->team != NULL))
        sl_spin_lock(&loop->wheel_lock);
}

static void unlock(struct sley_loop *loop)
{
    if (SL_UNLIKELY(loop->team != NULL))
        sl_spin_unlock(&loop->wheel_lock);
}

static void handle_free(struct sley_loop *loop, struct handle *handle)
{
    /* The pool's link lies over the timer, not over the generation. */
    sl_pool_give(&loop->handles, handle);
    sl_hook_unpoison(&handle->generation, sizeof handle->generation);
}

/* The context is the call's, before and after. */
static void call(struct sley_loop *loop, sley_callback *fn, void *arg, uintptr_t *context)
{
    uintptr_t outer = loop->context;

    loop->context = *context;
    sl_leave(loop);
    fn(arg);
    sl_enter_loop(loop);
    *context = loop->context;
    loop->context = outer;
}

static void handle_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);
    struct handle *handle = SL_CONTAINER(timer, struct handle, timer);

    if (SL_UNLIKELY(loop->dropping)) {
        handle->generation++;
        sl_context_release(handle->context);
        handle_free(loop, handle);
        return;
    }
    handle->generation += 2;
    call(loop, handle->fn, handle->arg, &handle->context);
    sl_context_release(handle->context);
    handle_free(loop, handle);
}

/* Of many workers, on whichever runs it. */
static void shared_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);
    struct shared_handle *shared = SL_CONTAINER(timer, struct shared_handle, handle.timer);
    struct handle handle = shared->handle;
    struct sley_loop *home = shared->home;
    bool runs;

    lock(home);
    runs = !(shared->handle.generation & 1) && !loop->dropping;
    shared->handle.generation = (shared->handle.generation | 1) + (runs ? 1 : 0);
    handle_free(home, &shared->handle);
    unlock(home);
    if (runs)
        call(loop, handle.fn, handle.arg, &handle.context);
    sl_context_release(handle.context);
}

/* Of many workers, under the wheel's lock. */
static void shared_due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    entry->run = shared_run;
    timer->deadline = SL_TIMER_QUEUED;
    sl_share_push(loop, entry);
}

static struct handle *handle_new(struct sley_loop *loop, sley_callback *fn, void *arg)
{
    struct handle *handle;

    if (!loop || !fn || sl_runtime_dead(loop->runtime) || !sl_own_usable(loop))
        return NULL;
    lock(loop);
    handle = sl_pool_take(&loop->handles);
    if (handle) {
        handle->generation = (handle->generation | 1) + 1;
        handle->timer.entry.run = handle_run;
        handle->timer.entry.link.next = NULL;
    }
    if (handle && loop->team) {
        handle->timer.entry.run = shared_due;
        SL_CONTAINER(handle, struct shared_handle, handle)->home = loop;
    }
    unlock(loop);
    if (!handle)
        return NULL;
    handle->fn = fn;
    handle->arg = arg;
    handle->context = sl_context_inherit(loop->team ? sl_current() : loop, NULL);
    return handle;
}

/* Before it is queued: another worker may make the call at once, and the record be another's. */
static sley_handle by_value(struct sley_loop *loop, struct handle *handle)
{
    sley_handle value = {handle, loop, handle ? handle->generation : 0};

    return value;
}

SL_NOINLINE /* the loop of this thread is read once in a function */
sley_handle sley_loop_call_soon(sley_loop *loop, sley_callback *fn, void *arg)
{
    struct handle *handle = handle_new(loop, fn, arg);
    sley_handle value = by_value(loop, handle);

    if (handle && loop->team) {
        struct sley_loop *here = sl_enter();

        handle->timer.deadline = SL_TIMER_QUEUED;
        handle->timer.entry.run = shared_run;
        if (here && here->team == loop->team)
            sl_share_push(here, &handle->timer.entry);
        else
            sl_share_give(loop->team, &handle->timer.entry);
        if (here)
            sl_leave(here);
    } else if (handle) {
        handle->timer.deadline = SL_TIMER_QUEUED;
        sl_ready_push(loop, &handle->timer.entry);
    }
    return value;
}

sley_handle sley_loop_call_at(sley_loop *loop, sley_instant when, sley_callback *fn, void *arg)
{
    struct handle *handle = handle_new(loop, fn, arg);
    sley_handle value = by_value(loop, handle);

    if (handle)
        sl_timer_arm(loop, &handle->timer, when.ns);
    return value;
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

/* One that is queued is freed where it would have run. */
static void cancel_shared(struct sley_loop *home, struct handle *handle, uint64_t generation)
{
    bool waits, cancelled;
    uintptr_t context = 0;

    lock(home);
    cancelled = handle->generation == generation;
    waits = cancelled && handle->timer.deadline != SL_TIMER_QUEUED;
    if (cancelled)
        handle->generation++;
    if (waits) {
        sl_wheel_disarm(&home->wheel, &handle->timer);
        sl_link_remove(&handle->timer.entry.link);
        context = handle->context;
        handle_free(home, handle);
    }
    unlock(home);
    sl_context_release(context);
}

void sley_handle_cancel(sley_handle value)
{
    struct handle *handle = value._record;

    if (handle && value._loop->team) {
        cancel_shared(value._loop, handle, value._generation);
        return;
    }
    if (!handle || handle->generation != value._generation)
        return;
    handle->generation++;
    sl_timer_disarm(value._loop, &handle->timer);
    sl_context_release(handle->context);
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
