/* gather (FORMAT.md R9, R10): a future of its own, completed by a queued callback per child.
 *
 * The record is counted: by whoever holds the gather, and once while callbacks are out, because
 * after the first error the gather is done while children still run. */
#include "task/task.h"
#include "task/waits.h"

#include <sley/gather.h>

#include <string.h>

struct child {
    struct sl_entry entry;
    struct gather *gather;
    struct sley_future *future; /* a reference */
};

struct gather {
    struct sley_future future;
    size_t n, left;
    unsigned flags;
    struct child children[];
};

static struct gather *gather_of(struct sley_future *future)
{
    return SL_CONTAINER(future, struct gather, future);
}

static size_t bytes_for(size_t n)
{
    return sizeof(struct gather) + n * sizeof(struct child);
}

static intptr_t word_of(const struct sley_future *child)
{
    return sl_future_state(child) == SL_CANCELLED ? -ECANCELED : child->word;
}

static void fail(struct sley_future *future, intptr_t word, sley_error *error)
{
    if (word == -ECANCELED)
        sl_future_mark(future, SL_FUTURE_RETRIEVED); /* a cancel is nobody's error */
    sl_future_finish(future, SL_FAILED, word, error);
}

/* Of many workers the counts are changed under the gather's guard; it is taken inside of a child's,
 * never the other way round. */
static size_t count_down(struct gather *gather)
{
    size_t left;

    if (!sl_future_many(&gather->future))
        return --gather->left;
    sl_future_lock(&gather->future);
    left = --gather->left;
    sl_future_unlock(&gather->future);
    return left;
}

/* Who cancels a gather of many workers while its last child ends must know whether that was by its
 * cancel: how it ends is decided by one change of the flags. */
enum { DECIDED = SL_TASK_BLOCK };

static unsigned decide(struct sley_future *future)
{
    if (!sl_future_many(future))
        return sl_future_flags(future);
    return sl_or_acq_rel(&future->flags, DECIDED); /* pairs with those in sl_gather_cancel */
}

/* One child is done. CPython marks its error as seen, also when nobody wants it any more. An
 * error is told before the child is counted: among many workers the last one to be counted must
 * find it. */
static void child_done(struct gather *gather, struct sley_future *child)
{
    struct sley_future *future = &gather->future;
    enum sl_future_state state = sl_future_state(child);

    if (state == SL_FAILED)
        sl_future_mark(child, SL_FUTURE_RETRIEVED);
    if (!(gather->flags & SLEY_RETURN_EXCEPTIONS) && state != SL_DONE &&
        sl_future_state(future) == SL_PENDING)
        fail(future, word_of(child), sley_error_ref(child->error));
    if (count_down(gather) || sl_future_state(future) != SL_PENDING)
        return;
    if (decide(future) & SL_FUTURE_EXPLICIT)
        fail(future, -ECANCELED, NULL);
    else
        sl_future_finish(future, SL_DONE, 0, NULL);
}

static void child_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct child *child = SL_CONTAINER(entry, struct child, entry);
    struct gather *gather = child->gather;

    (void)loop;
    child_done(gather, child->future);
    sl_future_drop(&gather->future);
}

static void start_here(struct gather *gather, size_t n, sley_future *const *futures)
{
    for (size_t i = 0; i < n; i++) {
        if (sl_future_state(futures[i]) != SL_PENDING)
            continue;
        sl_future_ref(&gather->future);
        sl_future_add(futures[i], &gather->children[i].entry);
    }
    /* Those that were done count at once, after the others have been registered. */
    for (size_t i = 0; i < n; i++)
        if (!gather->children[i].entry.link.next)
            child_done(gather, futures[i]);
}

static struct gather *start(struct sley_loop *loop, size_t n, sley_future *const *futures,
                            unsigned flags)
{
    struct gather *gather = sl_sys.allocate(bytes_for(n), 0);

    if (!gather)
        return NULL;
    memset(gather, 0, sizeof *gather);
    sl_future_init(&gather->future, loop, SL_FUTURE_GATHER);
    gather->n = gather->left = n;
    gather->flags = flags;
    for (size_t i = 0; i < n; i++)
        gather->children[i] = (struct child){.entry.run = child_run,
                                             .gather = gather,
                                             .future = sl_future_ref(futures[i])};
    if (loop->team) { /* each is counted by its own call, perhaps at once */
        for (size_t i = 0; i < n; i++) {
            sl_future_ref(&gather->future);
            sl_future_add(futures[i], &gather->children[i].entry);
        }
    } else {
        start_here(gather, n, futures);
    }
    if (n == 0)
        sl_future_finish(&gather->future, SL_DONE, 0, NULL);
    return gather;
}

void sl_gather_free(struct sley_future *future)
{
    struct gather *gather = gather_of(future);
    size_t bytes = bytes_for(gather->n);

    for (size_t i = 0; i < gather->n; i++)
        sl_future_drop(gather->children[i].future);
    sl_sys.release(gather, bytes, 0);
}

bool sl_gather_cancel(struct sley_loop *loop, struct sley_future *future)
{
    struct gather *gather = gather_of(future);
    uint8_t undone = SL_FUTURE_WALKED | SL_FUTURE_EXPLICIT;
    unsigned before, after;
    bool any = false;

    if (sl_future_flags(future) & SL_FUTURE_WALKED)
        return false; /* a child that awaits its own gather */
    /* Before the children are asked: of many workers they may end at once. Pairs with decide. */
    before = sl_or_acq_rel(&future->flags, undone);
    for (size_t i = 0; i < gather->n; i++)
        any = sl_future_cancel(loop, gather->children[i].future) || any;
    if (any)
        undone = SL_FUTURE_WALKED;
    after = sl_and_acq_rel(&future->flags, (uint8_t)~undone); /* pairs with decide */
    return any || (after & ~before & DECIDED);
}

void sl_gather_needs(struct sl_needs *needs, const struct sley_future *future)
{
    const struct gather *gather = SL_CONTAINER(future, const struct gather, future);

    for (size_t i = 0; i < gather->n; i++)
        sl_needs_future(needs, gather->children[i].future);
}

/* ---- public ---- */

static int check(struct sley_loop *loop, size_t n, sley_future *const *futures)
{
    for (size_t i = 0; i < n; i++) {
        if (!futures[i])
            return -EINVAL;
        if (!sl_future_is_of(futures[i], loop))
            return -SLEY_EWRONGLOOP;
    }
    return 0;
}

int sley_gather_start(sley_future **future, size_t n, sley_future *const *futures, unsigned flags)
{
    struct sley_loop *loop = sl_current();
    struct gather *gather;
    int rc;

    if (!loop)
        return sl_no_loop();
    if ((rc = check(loop, n, futures)) < 0)
        return rc;
    gather = start(loop, n, futures, flags);
    if (!gather)
        return -ENOMEM;
    *future = &gather->future;
    return 0;
}

intptr_t sley_gather_result(const sley_future *future, size_t i)
{
    const struct gather *gather = SL_CONTAINER(future, const struct gather, future);
    struct sley_future *child;

    if (future->kind != SL_FUTURE_GATHER || sl_future_state(future) != SL_DONE)
        return -SLEY_EINVALIDSTATE;
    if (i >= gather->n)
        return -SLEY_EVALUE;
    child = gather->children[i].future;
    return sl_future_state(child) == SL_FAILED ? sl_future_retrieve_error(sl_current(), child)
                                     : word_of(child);
}

static int await_gather(struct sley_loop **loop, struct gather *gather, intptr_t *out)
{
    int rc = sl_future_wait(loop, &gather->future);

    if (rc == 0)
        rc = (int)sl_future_retrieve(*loop, &gather->future);
    if (rc == 0 && out)
        for (size_t i = 0; i < gather->n; i++)
            out[i] = word_of(gather->children[i].future);
    sl_future_drop(&gather->future);
    return rc;
}

int sley_gather_futures(intptr_t *out, size_t n, sley_future *const *futures, unsigned flags)
{
    struct sley_loop *loop = sl_enter();
    struct gather *gather;
    int rc;

    if (!loop)
        return sl_no_loop();
    rc = check(loop, n, futures);
    if (rc == 0 && (rc = -ENOMEM, gather = start(loop, n, futures, flags)))
        rc = await_gather(&loop, gather, out);
    sl_leave(loop);
    return rc;
}

/* Tasks that were made for a gather which could not be: they never ran, and never will. */
static void take_back(struct sley_loop *loop, size_t n, sley_future **futures)
{
    for (size_t i = 0; i < n; i++) {
        sl_future_cancel(loop, futures[i]);
        sl_future_drop(futures[i]);
    }
}

SL_NOTES_CALLER
int sley_gather(intptr_t *out, size_t n, const sley_coro *coros, unsigned flags)
{
    struct sley_loop *loop = sl_enter();
    void *site = __builtin_return_address(0);
    struct gather *gather = NULL;
    sley_future **futures;
    size_t made = 0;
    int rc = -ENOMEM;

    if (!loop)
        return sl_no_loop();
    futures = sl_sys.allocate((n + 1) * sizeof *futures, 0);
    if (!futures)
        goto out;
    for (; made < n; made++) {
        struct sley_task *task = sl_task_create(loop, coros[made].fn, coros[made].arg, 0, NULL,
                                                site, &loop->runtime->root);

        if (!task)
            break;
        futures[made] = &task->future;
    }
    if (made == n)
        gather = start(loop, n, futures, flags);
    if (gather)
        for (size_t i = 0; i < n; i++)
            sl_future_drop(futures[i]); /* the gather has references of its own */
    else
        take_back(loop, made, futures);
    sl_sys.release(futures, (n + 1) * sizeof *futures, 0);
    if (gather)
        rc = await_gather(&loop, gather, out);
out:
    sl_leave(loop);
    return rc;
}
