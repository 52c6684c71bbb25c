/* Tasks of a runtime of many workers: made, ended, and looked at by who cancels a scope. */
#include "task/build.h"

#include "sched/share.h"
#include "task/dead_argument.h"
#include "task/exception.h"
#include "task/scope.h"

#include <errno.h>
#include <string.h>

/* ---- made ---- */

/* Where a task is to run: NULL means anywhere. */
static int home_of(struct sley_loop *loop, const sley_task_options *options,
                   struct sley_loop **home)
{
    *home = NULL;
    if (!options || !options->pinned)
        return 0;
    if (options->worker >= loop->team->n)
        return -EINVAL;
    *home = loop->team->members[options->worker].loop;
    return 0;
}

static void queue(struct sley_loop *here, struct sley_loop *home, struct sl_entry *entry,
                  struct sl_team *team)
{
    if (home && home == here)
        sl_ready_push(here, entry);
    else if (home)
        sl_share_give_to(home, entry);
    else if (here)
        sl_share_push(here, entry);
    else
        sl_share_give(team, entry);
}

void sl_shared_queue(struct sley_loop *loop, struct sley_future *future, struct sl_entry *entry)
{
    struct sl_team *team = future->loop->team;
    bool pinned = future->kind == SL_FUTURE_TASK
                      ? sl_fiber_flags(&sl_task_of_future(future)->fiber) & SL_FIBER_PINNED
                      : sl_future_flags(future) & SL_FUTURE_PINNED;

    queue(loop && loop->team == team ? loop : NULL, pinned ? future->loop : NULL, entry, team);
}

struct sley_task *sl_shared_make(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope, struct sley_task_group *group)
{
    struct sley_loop *here = sl_current(), *home;
    struct sley_task *task;
    uint32_t word;

    if (home_of(loop, options, &home) < 0)
        return NULL;
    if (here && here->team == loop->team)
        loop = here; /* records and credits are those of the worker that runs this */
    task = sl_task_build(loop, fn, arg, size, options,
                         loop == here ? SL_MADE_HERE : SL_MADE_ELSEWHERE);
    if (!task)
        return NULL;
    sl_store_relaxed(&task->future.guard, SL_GUARD_FREE);
    if (home)
        task->future.loop = home;
    word = SL_FIBER_MANY | (home ? SL_FIBER_PINNED : 0);
    if (SL_UNLIKELY(loop->team->roams) && !home)
        word |= SL_FIBER_ROAMS;
    sl_store_relaxed(&task->fiber.word, word);
    task->fiber.scope = scope;
    if (SL_UNLIKELY(loop->debug) && !size)
        sl_dead_argument_note(loop, task);
    task->site = site;
    if (group && !sl_task_group_join(loop, group, task)) {
        sl_stacks_unpromise_shared(&loop->stacks, task->fiber.stack_class);
        sl_context_release(task->context);
        sl_store_relaxed(&task->fiber.word, 0);
        sl_task_free(&task->future);
        return NULL;
    }
    /* Who cancels a scope sets its code and then marks all records. Either it marks this one, or
     * the code is there by now: the group's lock lies between the word and this. The root's is
     * set only at the end, again and again (loop.c). */
    if (SL_UNLIKELY(scope->_outer || sl_scope_own_code(scope)))
        sl_scope_set(&task->fiber, scope);
    sl_store_relaxed(&loop->tasks_created, sl_load_relaxed(&loop->tasks_created) + 1);
    /* Everything above comes before it can be found by its references. */
    sl_store_release(&task->future.refs, SL_REFS_MANY + 2); /* pairs with sl_future_try_ref */
    if (home || loop != here) {
        queue(here && here->team == loop->team ? here : NULL, home, &task->fiber.entry,
              loop->team);
        return task;
    }
    /* ... and before it can be begun, from its own place or from an old one of its record: pairs
     * with sl_share_accept. It may have been asked to end by now, or marked. */
    sl_or_acq_rel(&task->fiber.word, SL_FIBER_NEW);
    sl_share_push_new(loop, &task->fiber);
    return task;
}

/* What is made most. Until it is whole it is guarded, so that no request changes its word, and a
 * mark without a scope of its own says nothing. */
static struct sley_task *make_here(struct sley_loop *loop, sley_fn *fn, const void *arg,
                                   size_t size, const sley_task_options *options, void *site,
                                   struct sley_scope *scope)
{
    struct sley_task *task = sl_task_build(loop, fn, arg, size, options, SL_MADE_HERE);

    if (SL_UNLIKELY(!task))
        return NULL;
    sl_store_relaxed(&task->future.guard, SL_GUARD_HELD);
    task->fiber.scope = scope;
    task->site = site;
    sl_store_relaxed(&loop->tasks_created, sl_load_relaxed(&loop->tasks_created) + 1);
    /* Everything above comes before it can be found: pairs with sl_future_try_ref ... */
    sl_store_release(&task->future.refs, SL_REFS_MANY + 2);
    /* ... and before it can be begun, as in sl_shared_make: pairs with sl_share_accept. */
    sl_store_release(&task->fiber.word, SL_FIBER_MANY | SL_FIBER_NEW);
    sl_future_unlock(&task->future);
    sl_share_push_new(loop, &task->fiber);
    return task;
}

struct sley_task *sl_shared_create(struct sley_loop *loop, sley_fn *fn, const void *arg,
                                   size_t size, const sley_task_options *options, void *site)
{
    struct sley_scope *root = &loop->runtime->root;
    struct sley_task *task;

    if (SL_UNLIKELY((options && options->pinned) || loop->team->roams || loop->debug ||
                    sl_scope_own_code(root)))
        task = sl_shared_make(loop, fn, arg, size, options, site, root, NULL);
    else
        task = make_here(loop, fn, arg, size, options, site, root);
    sl_leave(loop);
    return task;
}

/* ---- ended ---- */

/* Counted. What began before it ended was counted before: pairs with sl_runtime_tasks. */
SL_INLINE void ended(struct sley_loop *loop)
{
    sl_store_release(&loop->tasks_ended, sl_load_relaxed(&loop->tasks_ended) + 1);
    if (SL_LIKELY(!sl_load_relaxed(&loop->runtime->closing)))
        return;
    /* Its own end, then the others': of those who end the last tasks at the same moment at least
     * one sees all of them. Pairs with itself. */
    sl_fence_seq_cst();
    if (sl_runtime_tasks(loop->runtime) == 0)
        sl_worker_stop(loop);
}

void sl_shared_end(struct sley_loop *loop, struct sley_task *task, enum sl_future_state state,
                   intptr_t word, sley_error *error)
{
    struct sl_runtime *runtime = loop->runtime;
    struct sley_task_group *group = task->group;

    sl_context_release(task->context);
    task->context = 0;
    loop->ending = true; /* whom this wakes is next here */
    sl_future_finish_many(&task->future, state, word, error);
    if (SL_UNLIKELY(sl_load_relaxed(&runtime->closing)) && state == SL_FAILED && !group &&
        !(sl_future_flags(&task->future) & SL_FUTURE_RETRIEVED)) {
        sl_future_mark(&task->future, SL_FUTURE_RETRIEVED);
        sl_exception_report(loop, "Unhandled error during shutdown", &task->future, word);
    }
    if (group)
        sl_task_group_child_ended(loop, task);
    else
        sl_future_drop(&task->future);
    loop->ending = false;
    ended(loop);
}

/* The fiber that awaits what has ended here goes on next, here. */
SL_INLINE void wake_next(struct sley_loop *loop, struct sl_fiber *fiber)
{
    SL_DEBUG_CHECK(!loop->direct);
    if (!sl_wait_claim(fiber->wait))
        return;
    if (SL_LIKELY(!(sl_fiber_flags(fiber) & (SL_FIBER_PINNED | SL_FIBER_ROAMS))))
        loop->direct = &fiber->entry;
    else
        sl_ready_wake(loop, fiber);
}

struct sley_loop *sl_shared_end_plainly(struct sley_loop *loop, struct sley_task *task,
                                        intptr_t word)
{
    struct sley_future *future = &task->future;
    struct sl_link *waits;

    loop->current = NULL;
    task->fiber.stack = NULL;
    sl_future_lock(future);
    waits = sl_list_first(&future->waiters);
    /* Requests come under the guard: sl_shared_end looks for them. */
    if (SL_UNLIKELY((waits && !sl_shared_one_waits(&future->waiters)) ||
                    sl_fiber_flags(&task->fiber) & SL_FIBER_MUST_CANCEL)) {
        sl_future_unlock(future);
        sl_shared_end(loop, task, SL_DONE, word, NULL);
        return loop;
    }
    sl_list_init(&future->waiters);
    future->word = word;
    /* The word comes before: pairs with sl_future_state. */
    sl_store_release(&future->state, SL_DONE);
    sl_future_unlock(future);
    sl_context_put(loop, task->context);
    task->context = 0;
    if (waits)
        wake_next(loop, sl_fiber_of(SL_CONTAINER(waits, struct sl_entry, link)));
    sl_future_drop(future);
    ended(loop);
    return loop;
}

/* ---- scopes ---- */

struct visitor {
    bool (*visit)(struct sley_task *task, void *arg);
    void *arg;
};

static bool visit_record(void *record, void *arg)
{
    const struct visitor *visitor = arg;
    struct sley_task *task = record;

    if (!sl_future_try_ref(&task->future))
        return true;
    if (sl_future_state(&task->future) != SL_PENDING || !visitor->visit(task, visitor->arg))
        sl_future_drop(&task->future);
    return true;
}

/* Those of the workers, and those that threads have made which are none: a main task is one. */
static void each_record(struct sl_team *team, bool (*visit)(void *record, void *arg), void *arg)
{
    for (unsigned i = 0; i < team->n; i++)
        sl_pool_each(&team->members[i].loop->tasks, visit, arg);
    sl_pool_each(&team->members[0].loop->runtime->guest_tasks, visit, arg);
}

void sl_shared_each_task(struct sl_team *team, bool (*visit)(struct sley_task *task, void *arg),
                         void *arg)
{
    struct visitor visitor = {visit, arg};

    each_record(team, visit_record, &visitor);
}

/* Of every record, in use or not: the mark only tells a fiber to look at its scopes. */
static bool mark_record(void *record, void *arg)
{
    struct sley_task *task = record;

    if (sl_fiber_many(&task->fiber) &&
        sl_park_hold(&task->fiber, SL_FIBER_IN_CANCELLED))
        sl_scope_cancel_held(sl_current(), &task->fiber, arg);
    return true;
}

void sl_shared_scope_cancelled(struct sley_loop *loop, struct sley_scope *scope)
{
    if (scope->_task && !(sl_shared_load_relaxed(&scope->_flags) & SL_SCOPE_GROUPS)) {
        mark_record(scope->_task, scope);
        return;
    }
    each_record(loop->team, mark_record, scope);
}

void sl_shared_end_unstarted(struct sley_loop *loop)
{
    for (unsigned i = 0; i < loop->team->n; i++) {
        struct sley_loop *at = loop->team->members[i].loop;
        struct sl_entry *entry;

        while ((entry = sl_share_left(at)))
            if (!entry->run && !sl_fiber_of(entry)->sp)
                sl_task_never_start(at, sl_fiber_of(entry));
    }
}
