/* add_done_callback: calls of the program's among a future's waiters. */
#include "task/shared.h"
#include "task/waits.h"

struct done_callback {
    struct sl_entry entry;
    struct sley_future *future; /* a reference */
    sley_done_callback *fn;
    void *arg;
    uintptr_t context;
    bool counts; /* as a call that other threads may bring about */
};

static void callback_free(struct done_callback *callback)
{
    struct sley_future *future = callback->future;

    sl_waits_call_over(future, callback->counts);
    sl_context_release(callback->context);
    sl_sys.release(callback, sizeof *callback, 0);
    sl_future_drop(future);
}

static void callback_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct done_callback *callback = SL_CONTAINER(entry, struct done_callback, entry);
    uintptr_t outer = loop->context;

    if (SL_LIKELY(!loop->dropping)) {
        loop->context = callback->context;
        sl_leave(loop);
        callback->fn(callback->future, callback->arg);
        sl_enter_loop(loop);
        callback->context = loop->context;
        loop->context = outer;
    }
    callback_free(callback);
}

/* Of many workers: called under the future's guard. It is a call like any other: a pinned task's or
 * a loop's on its loop, else on any worker. */
static void callback_due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct done_callback *callback = SL_CONTAINER(entry, struct done_callback, entry);

    entry->run = callback_run;
    sl_shared_queue(loop, callback->future, entry);
}

int sley_future_add_done_callback(sley_future *future, sley_done_callback *fn, void *arg)
{
    struct done_callback *callback;
    struct sley_loop *loop;

    if (!future || !fn)
        return -EINVAL;
    if (!sl_future_many(future) && !sl_own_usable(future->loop))
        return -SLEY_EFINISHED;
    callback = sl_sys.allocate(sizeof *callback, 0);
    if (!callback)
        return -ENOMEM;
    if ((loop = sl_current()))
        sl_enter_loop(loop);
    *callback = (struct done_callback){.entry.run =
                                           sl_future_many(future) ? callback_due : callback_run,
                                       .future = sl_future_ref(future),
                                       .fn = fn,
                                       .arg = arg,
                                       .context = sl_context_inherit(
                                           sl_future_many(future) ? loop : future->loop,
                                           NULL),
                                       .counts = sl_waits_call_comes(future)};
    sl_future_add(future, &callback->entry);
    if (loop)
        sl_leave(loop);
    return 0;
}

/* Takes those that match off the list, which the caller guards, if it has to. */
static struct sl_link *take(struct sley_future *future, sley_done_callback *fn, const void *arg)
{
    struct sl_link *link, *next, *taken = NULL;

    if (sl_future_state(future) != SL_PENDING)
        return NULL;
    for (link = future->waiters.head.next; link != &future->waiters.head; link = next) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);
        struct done_callback *callback = SL_CONTAINER(entry, struct done_callback, entry);

        next = link->next;
        if ((entry->run != callback_run && entry->run != callback_due) || callback->fn != fn ||
            callback->arg != arg)
            continue;
        sl_link_remove(link);
        link->next = taken;
        taken = link;
    }
    return taken;
}

int sley_future_remove_done_callback(sley_future *future, sley_done_callback *fn, void *arg)
{
    bool many = future && sl_future_many(future);
    struct sl_link *taken;
    int removed = 0;

    if (!future)
        return 0;
    if (many)
        sl_future_lock(future);
    taken = take(future, fn, arg);
    if (many)
        sl_future_unlock(future);
    while (taken) {
        struct sl_entry *entry = SL_CONTAINER(taken, struct sl_entry, link);

        taken = taken->next;
        callback_free(SL_CONTAINER(entry, struct done_callback, entry));
        removed++;
    }
    return removed;
}
