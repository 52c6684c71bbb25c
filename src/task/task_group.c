/* Task groups (FORMAT.md R19).
 *
 * A child's end reaches the group through a queued internal callback, as in asyncio: two hops from
 * the last child to the exit. The entry it uses is the dead fiber's own, and the reference that
 * keeps the record is the runtime's.
 *
 * Two forms share everything but how an abort reaches block and children: the enter/exit form
 * cancels each by an edge, the macro cancels the group's sticky scope, in which all of them are. */
#include "task/scope.h"
#include "task/shared.h"

#include <sley/task_group.h>

_Static_assert(sizeof(sley_task_group) == 136, "part of the interface");

enum {
    ENTERED = 1,
    EXITING = 2,
    ABORTING = 4,
    PARENT_ASKED = 8, /* we cancelled the block, by an edge */
    STICKY = 16,
    LEFT = 32,
};

const struct sl_wait_class sl_group_exit_class = {.reason = "children of its group",
                                                  .local = true};

/* Of many workers: flags, lists and waiter are changed under this. Whoever took a child off the
 * list touches the group for the last time when it unlocks: the parent looks under the lock,
 * too. */
static void lock(const struct sley_loop *loop, sley_task_group *group)
{
    if (SL_UNLIKELY(loop->team != NULL))
        sl_spin_lock((sl_atomic_u32 *)(void *)&group->_spare[0]);
}
static void unlock(const struct sley_loop *loop, sley_task_group *group)
{
    if (SL_UNLIKELY(loop->team != NULL))
        sl_spin_unlock((sl_atomic_u32 *)(void *)&group->_spare[0]);
}

static uint32_t set_flags(const struct sley_loop *loop, sley_task_group *group, uint32_t flags)
{
    uint32_t before;

    lock(loop, group);
    before = group->_flags;
    group->_flags |= flags;
    unlock(loop, group);
    return before;
}

SL_INLINE struct sley_task *sibling_of(struct sl_link *link)
{
    return SL_CONTAINER(link, struct sley_task, sibling);
}

/* One that never ran has no call that could fail. */
static void forestall(struct sl_fiber *fiber)
{
    uint32_t word = sl_fiber_flags(fiber);

    if (!(word & SL_FIBER_MANY)) {
        if (!fiber->sp)
            sl_fiber_set(fiber, SL_FIBER_MUST_CANCEL);
        return;
    }
    if (word & SL_FIBER_PINNED && !sl_shared_load_relaxed(&fiber->sp)) {
        sl_fiber_set(fiber, SL_FIBER_MUST_CANCEL); /* if it begins just now its first call fails */
        return;
    }
    while (word & SL_FIBER_NEW) /* pairs with who begins it: it sees this, or has begun it */
        if (sl_cas_weak_acq_rel(&fiber->word, &word, word | SL_FIBER_MUST_CANCEL))
            return;
}

static void abort_group(struct sley_loop *loop, sley_task_group *group)
{
    uint32_t flags = set_flags(loop, group, ABORTING);

    if (flags & STICKY)
        sl_scope_cancel(loop, &group->_scope, -ECANCELED);
    lock(loop, group);
    for (struct sl_link *link = sl_chain_first(&group->_children); link; link = link->next) {
        if (flags & STICKY)
            forestall(&sibling_of(link)->fiber);
        else
            sl_task_cancel(loop, sibling_of(link));
    }
    unlock(loop, group);
}

static void ask_parent(struct sley_loop *loop, sley_task_group *group)
{
    uint32_t flags = set_flags(loop, group, 0);

    if (flags & STICKY)
        return; /* the scope has told the block */
    if (!(set_flags(loop, group, PARENT_ASKED) & PARENT_ASKED))
        sl_task_cancel(loop, group->_parent);
}

void sl_task_group_child_done(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sley_task *task = sl_task_of(sl_fiber_of(entry));
    sley_task_group *group = task->group;

    sl_chain_remove(&group->_children, &task->sibling);
    if (group->_waiter && !group->_children.first)
        sl_wait_wake(loop, group->_waiter);
    if (sl_future_state(&task->future) != SL_FAILED) {
        sl_future_drop(&task->future);
        return;
    }
    sl_future_mark(&task->future, SL_TASK_SILENT); /* the group tells */
    group->_failures++;
    sl_chain_push(&group->_failed, &task->sibling); /* and keeps the reference */
    if (group->_flags & (ABORTING | PARENT_ASKED))
        return;
    abort_group(loop, group);
    ask_parent(loop, group);
}

/* The same at once, of many workers; the group is there until the child is off its list. */
void sl_task_group_child_ended(struct sley_loop *loop, struct sley_task *task)
{
    sley_task_group *group = task->group;
    bool failed = sl_future_state(&task->future) == SL_FAILED, first = false;

    if (failed) {
        sl_future_mark(&task->future, SL_TASK_SILENT); /* the group tells */
        first = !(set_flags(loop, group, ABORTING) & (ABORTING | PARENT_ASKED));
    }
    if (first) {
        abort_group(loop, group);
        ask_parent(loop, group);
    }
    lock(loop, group);
    sl_chain_remove(&group->_children, &task->sibling);
    if (failed) {
        group->_failures++;
        sl_chain_push(&group->_failed, &task->sibling); /* and keeps the reference */
    }
    if (group->_waiter && !group->_children.first)
        sl_wait_wake(loop, group->_waiter);
    unlock(loop, group);
    if (!failed)
        sl_future_drop(&task->future);
}

static void enter(struct sley_loop *loop, sley_task_group *group, uint32_t flags)
{
    struct sl_fiber *self = loop->current;

    *group = (sley_task_group)SLEY_TASK_GROUP_INIT;
    group->_parent = sl_task_of(self);
    group->_flags = ENTERED | flags;
    group->_cancelling = sl_fiber_cancelling_before(self);
    sl_scope_enter(self, &group->_scope);
    group->_scope._flags |= SL_SCOPE_GROUPS;
    for (struct sley_scope *outer = group->_scope._outer; outer; outer = outer->_outer)
        sl_shared_or_relaxed(&outer->_flags, SL_SCOPE_GROUPS);
}

/* Collects what failed into one detail, which becomes the current one. `body` (0: none) is the
 * error with which the block itself ended. */
static void raise_group(struct sley_loop *loop, sley_task_group *group, intptr_t body)
{
    size_t n = group->_failures + (body != 0), i = 0;
    size_t bytes = n * (sizeof(sley_error *) + sizeof(intptr_t));
    sley_error **errors = sl_sys.allocate(bytes, 0), *detail = NULL;
    intptr_t *codes = errors ? (intptr_t *)(errors + n) : NULL;
    struct sl_link *link;

    while ((link = sl_chain_pop(&group->_failed))) {
        struct sley_future *future = &sibling_of(link)->future;

        if (errors) {
            errors[i] = sley_error_ref(future->error);
            codes[i++] = future->word;
        }
        sl_future_drop(future);
    }
    if (errors) {
        if (body) {
            errors[i] = sl_error_take(sl_error_slot(loop), body);
            codes[i++] = body;
        }
        detail = sl_error_group(n, errors, codes);
        sl_sys.release(errors, bytes, 0);
    }
    sl_error_set(loop, detail);
    sley_error_drop(detail);
}

/* Waits for the children, whatever comes. Returns the cancel that the block is to end with, or 0.
 * The wait is shielded from sticky scopes: they reach the children, which end by them. An edge
 * aborts the group; once it aborts, further ones are swallowed, as asyncio does. */
static int wait_for_children(struct sley_loop **loop, sley_task_group *group, int cancel)
{
    struct sl_fiber *self = &group->_parent->fiber;
    sley_scope shield = {._flags = SL_SCOPE_SHIELD};

    sl_scope_enter(self, &shield);
    for (;;) {
        struct sl_wait wait;
        int rc;

        lock(*loop, group);
        if (!group->_children.first)
            break;
        sl_wait_init(&wait, self, &sl_group_exit_class, group);
        if (!(*loop)->team || sl_wait_begin(&wait))
            group->_waiter = &wait;
        unlock(*loop, group);
        rc = sl_wait_park(loop, &wait);
        lock(*loop, group);
        group->_waiter = NULL;
        unlock(*loop, group);
        if (rc < 0 && !(set_flags(*loop, group, 0) & ABORTING)) {
            cancel = rc;
            abort_group(*loop, group);
        }
    }
    unlock(*loop, group);
    sl_scope_exit(self, &shield);
    return cancel;
}

static intptr_t leave(struct sley_loop **loop, sley_task_group *group, intptr_t status)
{
    struct sley_task *parent = group->_parent;
    int cancel = status == -ECANCELED ? -ECANCELED : 0;
    bool failed = sley_is_error(status), swallowed = false;
    uint32_t flags;
    int outer;

    flags = set_flags(*loop, group, EXITING);
    sl_scope_exit(&parent->fiber, &group->_scope);
    if (failed && !(flags & ABORTING))
        abort_group(*loop, group);
    cancel = wait_for_children(loop, group, cancel);
    group->_flags |= LEFT;
    if (group->_flags & PARENT_ASKED && (swallowed = sl_task_uncancel(parent) == 0))
        cancel = 0;
    else if (group->_flags & PARENT_ASKED ||
             (flags & STICKY && sl_fiber_cancelling(&parent->fiber) > group->_cancelling))
        cancel = -ECANCELED; /* a foreign cancel is still counted: cpython gh-155433 */
    if (cancel && !group->_failures)
        return cancel;
    if (group->_failures || (failed && status != -ECANCELED)) {
        raise_group(*loop, group, failed && status != -ECANCELED ? status : 0);
        if (sl_fiber_cancelling(&parent->fiber)) {
            sl_task_uncancel(parent);
            sl_task_cancel(*loop, parent);
        }
        return -SLEY_EGROUP;
    }
    if (status == -ECANCELED && swallowed)
        return 0; /* our own cancel, by sley_task_group_cancel */
    /* Children that an outer deadline ended say so; they may be quicker than our own mark. */
    if (!failed && (outer = sl_scope_walk(parent->fiber.scope)))
        return outer;
    return status;
}

/* ---- children ---- */

static bool accepts(const sley_task_group *group)
{
    return (group->_flags & ENTERED) && !(group->_flags & (ABORTING | LEFT)) &&
           !((group->_flags & EXITING) && !group->_children.first);
}

bool sl_task_group_join(struct sley_loop *loop, sley_task_group *group, struct sley_task *child)
{
    bool joins;

    lock(loop, group);
    joins = accepts(group);
    if (joins) {
        child->group = group;
        sl_chain_push(&group->_children, &child->sibling);
    }
    unlock(loop, group);
    return joins;
}

static int create_shared(struct sley_loop *loop, sley_task_group *group, sley_task **task,
                         sley_fn *fn, const void *arg, size_t size,
                         const sley_task_options *options, void *site)
{
    struct sley_task *child;
    bool joins;

    lock(loop, group);
    joins = accepts(group);
    unlock(loop, group);
    if (!joins)
        return -SLEY_EFINISHED;
    child = sl_shared_make(loop, fn, arg, size, options, site, &group->_scope, group);
    if (!child) /* or it was aborted in between */
        return set_flags(loop, group, 0) & ABORTING ? -SLEY_EFINISHED : -ENOMEM;
    if (task)
        *task = child;
    else
        sl_future_drop(&child->future);
    return 0;
}

static int create(sley_task_group *group, sley_task **task, sley_fn *fn, const void *arg,
                  size_t size, const sley_task_options *options, void *site)
{
    struct sley_loop *loop = sl_enter();
    struct sley_task *child;
    int rc = 0;

    if (!loop)
        return sl_no_loop();
    if (loop->team) {
        rc = create_shared(loop, group, task, fn, arg, size, options, site);
    } else if (!accepts(group)) {
        rc = -SLEY_EFINISHED;
    } else if (!(child = sl_task_create(loop, fn, arg, size, options, site, &group->_scope))) {
        rc = -ENOMEM;
    } else {
        child->group = group;
        sl_chain_push(&group->_children, &child->sibling);
        if (task)
            *task = child;
        else
            sl_future_drop(&child->future);
    }
    sl_leave(loop);
    return rc;
}

SL_NOTES_CALLER
int sley_task_group_create_task(sley_task_group *group, sley_fn *fn, void *arg)
{
    return create(group, NULL, fn, arg, 0, NULL, __builtin_return_address(0));
}

SL_NOTES_CALLER
int sley_task_group_create_task_copy(sley_task_group *group, sley_fn *fn, const void *arg,
                                     size_t size)
{
    return create(group, NULL, fn, arg, size, NULL, __builtin_return_address(0));
}

SL_NOTES_CALLER
int sley_task_group_create_task_into(sley_task_group *group, sley_task **task, sley_fn *fn,
                                     void *arg, const sley_task_options *options)
{
    return create(group, task, fn, arg, 0, options, __builtin_return_address(0));
}

void sley_task_group_cancel(sley_task_group *group)
{
    uint32_t flags;
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return;
    flags = set_flags(loop, group, 0);
    if ((flags & ENTERED) && !(flags & LEFT)) {
        if (!(flags & ABORTING))
            abort_group(loop, group);
        ask_parent(loop, group);
    }
    sl_leave(loop);
}

/* ---- the two forms ---- */

int sley_task_group_enter(sley_task_group *group)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (!loop)
        return sl_no_loop();
    if (loop->current) {
        enter(loop, group, 0);
        rc = 0;
    }
    sl_leave(loop);
    return rc;
}

intptr_t sley_task_group_exit(sley_task_group *group, intptr_t status)
{
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return sl_no_loop();
    group->rc = status = leave(&loop, group, status);
    sl_leave(loop);
    return status;
}

void sley_task_group_scope_enter(sley_task_group *group)
{
    struct sley_loop *loop = sl_current();

    SL_CHECK(loop && loop->current); /* SLEY_TASK_GROUP is for tasks */
    enter(loop, group, STICKY);
}

void sley_task_group_scope_exit(sley_task_group *group)
{
    /* The macro cannot see how its block ended: a request above the value at entry says that it
     * ended by a cancel. */
    bool cancelled = sl_fiber_cancelling(&group->_parent->fiber) > group->_cancelling;

    sley_task_group_exit(group, cancelled ? -ECANCELED : 0);
}
