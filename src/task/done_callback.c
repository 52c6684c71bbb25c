/* add_done_callback: calls of the program's among a future's waiters. */
#include "task/future.h"

struct done_callback {
    struct sl_entry entry;
    struct sley_future *future; /* a reference */
    sley_done_callback *fn;
    void *arg;
    uintptr_t context;
};

static void callback_free(struct done_callback *callback)
{
    struct sley_future *future = callback->future;

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
        loop->in_user = 1;
        callback->fn(callback->future, callback->arg);
        loop->in_user = 0;
        callback->context = loop->context;
        loop->context = outer;
    }
    callback_free(callback);
}

int sley_future_add_done_callback(sley_future *future, sley_done_callback *fn, void *arg)
{
    struct done_callback *callback;

    if (!future || !fn)
        return -EINVAL;
    callback = sl_sys.allocate(sizeof *callback, 0);
    if (!callback)
        return -ENOMEM;
    *callback = (struct done_callback){.entry.run = callback_run,
                                       .future = sl_future_ref(future),
                                       .fn = fn,
                                       .arg = arg,
                                       .context = sl_context_inherit(future->loop, NULL)};
    sl_future_add(future, &callback->entry);
    return 0;
}

int sley_future_remove_done_callback(sley_future *future, sley_done_callback *fn, void *arg)
{
    struct sl_link *link, *next;
    int removed = 0;

    if (!future || future->state != SL_PENDING)
        return 0;
    for (link = future->waiters.head.next; link != &future->waiters.head; link = next) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);
        struct done_callback *callback = SL_CONTAINER(entry, struct done_callback, entry);

        next = link->next;
        if (entry->run != callback_run || callback->fn != fn || callback->arg != arg)
            continue;
        sl_link_remove(link);
        callback_free(callback);
        removed++;
    }
    return removed;
}
