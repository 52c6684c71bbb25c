/* An edge request to a task of a runtime of many workers, from any thread: down the chain of what
 * is awaited, to who waits for something else, or round a ring and no further. */
#include "sched/wait.h"
#include "task/shared.h"

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
 * so that the request is always one's: it is neither lost nor doubled. (In a ring that it comes to
 * from outside one task may be asked twice.) */
bool sl_shared_cancel(struct sley_task *first)
{
    struct sley_loop *loop = sl_current();
    struct sley_task *before = NULL, *task = first, *next;
    struct walk walk = {0};

    for (;;) {
        bool back = comes_back(&walk, task) || (before && task == first);
        enum asked how = back ? ASK_AGAIN : ask(task, before);

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
