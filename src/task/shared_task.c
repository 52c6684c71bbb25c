/* Tasks of a runtime of many workers: made, cancelled from anywhere, ended. */
#include "task/shared.h"

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
    task = sl_task_new(loop, fn, arg, size, options);
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
     * with sl_share_accept. Nobody else changes the word of a task without a scope of its own
     * yet. */
    if (SL_LIKELY(!group))
        /* Pairs with sl_share_accept. */
        sl_store_release(&task->fiber.word, word | SL_FIBER_NEW);
    else
        sl_or_acq_rel(&task->fiber.word, SL_FIBER_NEW); /* pairs with sl_share_accept */
    sl_share_push_new(loop, &task->fiber);
    return task;
}

/* ---- ended ---- */

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
    /* What began before it ended was counted before: pairs with sl_runtime_tasks. */
    sl_store_release(&loop->tasks_ended, sl_load_relaxed(&loop->tasks_ended) + 1);
    if (SL_LIKELY(!sl_load_relaxed(&runtime->closing)))
        return;
    /* Its own end, then the others': of those who end the last tasks at the same moment at least
     * one sees all of them. Pairs with itself. */
    sl_fence_seq_cst();
    if (sl_runtime_tasks(runtime) == 0)
        sl_worker_stop(loop);
}

/* ---- cancelled ---- */

enum asked { ASKED_TOO_LATE, ASKED, ASKED_AND_HELD, ASK_AGAIN };

/* Each so many looks at a task that has another request on its way. */
#define LOOKS_FOR_A_RING 256

/* An edge request arrives: counted, and either held to be delivered or left for the next
 * suspension, in one step: uncancel must find both or neither. Not while the one before it is on
 * its way: then each of them would be told of the other's end. */
static enum asked ask_fiber(struct sl_fiber *fiber)
{
    uint32_t word = sl_load_relaxed(&fiber->word), new;
    unsigned turns = 0;
    bool holds;

    for (;;) {
        if (SL_UNLIKELY(word & SL_FIBER_SENT))
            return ASK_AGAIN;
        if (SL_UNLIKELY(word & SL_FIBER_HELD)) {
            sl_spin_wait(&turns);
            word = sl_load_relaxed(&fiber->word);
            continue;
        }
        holds = (word & (SL_FIBER_PARKED | SL_FIBER_SHIELDED)) == SL_FIBER_PARKED;
        new = (word + SL_FIBER_CANCELLING_ONE) | (holds ? SL_FIBER_HELD : SL_FIBER_MUST_CANCEL);
        /* Pairs with sl_park_begin: the wait is there; or it sees the request. */
        if (sl_cas_weak_acq_rel(&fiber->word, &word, new))
            return holds ? ASKED_AND_HELD : ASKED;
    }
}

/* Looks from places that lie further and further apart (Brent), which are compared and nothing
 * else: they are no references. */
struct walk {
    const struct sley_task *mark;
    uint32_t steps, next_mark;
};

/* Has the walk been here? */
static bool comes_back(struct walk *walk, const struct sley_task *task)
{
    if (walk->mark == task)
        return true;
    if (walk->steps++ == walk->next_mark) {
        walk->mark = task;
        walk->next_mark = 2 * walk->next_mark + 1;
    }
    return false;
}

/* A reference, or NULL: it awaits no task. */
static struct sley_task *awaited_by(struct sley_task *task)
{
    struct sley_future *future = NULL;
    struct sl_wait *wait;

    if (!sl_park_hold(&task->fiber, 0))
        return NULL;
    wait = task->fiber.wait;
    if (wait->class == &sl_await_class)
        future = sl_future_ref(wait->object);
    sl_park_release(&task->fiber, 0);
    if (!future || future->kind == SL_FUTURE_TASK)
        return future ? sl_task_of_future(future) : NULL;
    sl_future_drop(future);
    return NULL;
}

/* Does the chain of awaits come from here to there, as it is now? */
static bool leads_to(struct sley_task *from, const struct sley_task *to)
{
    struct sley_task *task = from, *next;
    struct walk walk = {0};

    while (task && task != to && !comes_back(&walk, task)) {
        next = awaited_by(task);
        if (task != from)
            sl_future_drop(&task->future);
        task = next;
    }
    if (task && task != from)
        sl_future_drop(&task->future);
    return task == to;
}

/* Under the guard: who ends the task looks for requests there. Who waits for another request waits
 * outside of it; if that one has come round a ring, and waits for ours, it would do so for ever. */
static enum asked ask(struct sley_task *task, const struct sley_task *before)
{
    unsigned turns = 0;

    for (uint32_t again = 1;; again++) {
        enum asked how = ASKED_TOO_LATE;

        sl_future_lock(&task->future);
        if (sl_future_state(&task->future) == SL_PENDING)
            how = ask_fiber(&task->fiber);
        sl_future_unlock(&task->future);
        if (SL_LIKELY(how != ASK_AGAIN) ||
            (before && again % LOOKS_FOR_A_RING == 0 && leads_to(task, before)))
            return how;
        sl_spin_wait(&turns);
    }
}

/* The request that was sent on has reached somebody; or it was too late, and is left for the next
 * suspension of who was asked first. From here on that one may go on. */
static void settle(struct sl_fiber *fiber, bool reached)
{
    SL_DEBUG_CHECK(sl_fiber_flags(fiber) & SL_FIBER_SENT);
    if (!reached)
        sl_fiber_set(fiber, SL_FIBER_MUST_CANCEL);
    sl_fiber_clear(fiber, SL_FIBER_SENT); /* pairs with sl_wait_resumed */
}

/* Cancels what the fiber waits for, which the caller holds, and lets go. Returns the task that is
 * to be asked next, a reference, or NULL. */
static struct sley_task *send(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sl_wait *wait = fiber->wait;
    struct sley_future *future;

    if (wait->class != &sl_await_class) {
        sl_wait_cancel_held(loop, wait, SL_EDGE_TAKEN);
        return NULL;
    }
    future = sl_future_ref(wait->object);
    wait->taken |= SL_EDGE_TAKEN;
    sl_park_release(fiber, SL_FIBER_SENT);
    if (future->kind == SL_FUTURE_TASK)
        return sl_task_of_future(future);
    settle(fiber, sl_future_cancel(loop, future));
    sl_future_drop(future);
    return NULL;
}

/* A ring has no last one: who has the request awaits `target` no longer. It cannot go on before the
 * request is settled. */
static bool leave_ring(struct sley_loop *loop, struct sl_fiber *fiber, struct sley_future *target)
{
    bool leaves;

    if (!sl_park_hold(fiber, 0))
        return false;
    sl_future_lock(target);
    leaves = sl_future_state(target) == SL_PENDING; /* else whoever ended it has its entry */
    if (leaves)
        sl_link_remove(&fiber->entry.link);
    sl_future_unlock(target);
    if (!leaves) {
        sl_park_release(fiber, 0);
        return false;
    }
    fiber->entry.link.next = NULL;
    fiber->wait->state = SL_WAIT_CANCELLED;
    settle(fiber, true);
    sl_park_end_held(fiber);
    sl_ready_wake(loop, fiber);
    return true;
}

/* Down the chain of awaits. Whoever has been asked stays where it is until the next one has been,
 * so that the request is always one's: it is neither lost nor doubled. */
bool sl_shared_cancel(struct sley_task *first)
{
    struct sley_loop *loop = sl_current();
    struct sley_task *before = NULL, *task = first, *next;
    struct walk walk = {0};

    for (;;) {
        enum asked how = comes_back(&walk, task) ? ASK_AGAIN : ask(task, before);

        while (how == ASK_AGAIN && !leave_ring(loop, &before->fiber, &task->future))
            how = ask(task, before);
        if (before && how != ASK_AGAIN)
            settle(&before->fiber, how != ASKED_TOO_LATE);
        if (before && before != first)
            sl_future_drop(&before->future);
        next = how == ASKED_AND_HELD ? send(loop, &task->fiber) : NULL;
        if (!next) {
            if (task != first)
                sl_future_drop(&task->future);
            return before || how != ASKED_TOO_LATE;
        }
        before = task;
        task = next;
    }
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
