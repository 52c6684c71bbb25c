#include "task/shared.h"

#include "sched/slow.h"
#include "sched/switch.h"
#include "task/open.h"

#include <errno.h>

/* ---- the guard ---- */

SL_NOINLINE void sl_future_lock_slowly(struct sley_future *future)
{
    unsigned turns = 0;

    do
        while (sl_load_relaxed(&future->guard) == SL_GUARD_HELD)
            sl_spin_wait(&turns);
    /* Pairs with unlock. */
    while (sl_exchange_acq_rel(&future->guard, SL_GUARD_HELD) == SL_GUARD_HELD);
}

/* ---- references ---- */

bool sl_future_try_ref(struct sley_future *future)
{
    uint32_t refs = sl_load_relaxed(&future->refs);

    do
        if (refs % SL_REFS_MANY == 0)
            return false;
    while (!sl_cas_weak_acq_rel(&future->refs, &refs, refs + 1)); /* pairs with the last drop */
    return true;
}

/* A task of one loop in debug mode. */
static void drop_watched(struct sley_future *future)
{
    uint32_t left = sl_load_relaxed(&future->refs) - 1;

    sl_future_check_thread(future);
    sl_store_relaxed(&future->refs, left);
    if (left == SL_REFS_MANY)
        sl_future_free(future);
}

void sl_future_drop_many(struct sley_future *future)
{
    if (SL_UNLIKELY(sl_future_guard_of(future) == SL_GUARD_WATCHED)) {
        drop_watched(future);
        return;
    }
    /* What the others did with it comes before its end: pairs with itself. */
    if (SL_LIKELY(sl_sub_acq_rel(&future->refs, 1) != SL_REFS_MANY + 1))
        return;
    if (SL_UNLIKELY(!sl_future_many(future)))
        sl_open_gone(future);
    else if (SL_LIKELY(sl_future_flags(future) == SL_TASK_PLAIN))
        sl_shared_give_record(future);
    else
        sl_future_free(future);
}

/* ---- completion ---- */

/* A task that returned with a request pending: the value is dropped. Requests come under the guard,
 * too: either this sees them, or they see the end. */
static bool ends_cancelled(struct sley_future *future)
{
    return future->kind == SL_FUTURE_TASK &&
           sl_fiber_flags(&sl_task_of_future(future)->fiber) & SL_FIBER_MUST_CANCEL;
}

bool sl_future_finish_many(struct sley_future *future, enum sl_future_state state, intptr_t word,
                           sley_error *error)
{
    struct sley_loop *loop = sl_current();
    struct sl_list woken;
    struct sl_link *link;
    bool kept = false;

    if (!sl_future_many(future))
        return sl_open_finish(future, state, word, error);
    sl_list_init(&woken);
    sl_future_lock(future);
    if (sl_future_state(future) != SL_PENDING) {
        sl_future_unlock(future);
        sley_error_drop(error);
        return false;
    }
    if (SL_UNLIKELY(ends_cancelled(future)) && state == SL_DONE) {
        state = SL_CANCELLED;
        word = -ECANCELED;
    }
    future->word = word;
    future->error = error;
    if (SL_UNLIKELY(state == SL_FAILED))
        sl_future_mark(future, SL_FUTURE_FAILED);
    /* Word and error come before: pairs with sl_future_state. */
    sl_store_release(&future->state, (uint8_t)state);
    if (sl_shared_one_waits(&future->waiters)) {
        link = sl_list_pop(&future->waiters);
        sl_future_unlock(future);
        sl_wait_wake(loop, sl_fiber_of(SL_CONTAINER(link, struct sl_entry, link))->wait);
        return true;
    }
    while ((link = sl_list_pop(&future->waiters))) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);

        if (!entry->run) {
            sl_list_push(&woken, link);
            continue;
        }
        if (!kept) /* what is called may drop the last of the others' references */
            sl_future_ref(future);
        kept = true;
        link->next = NULL;
        entry->run(loop, entry);
    }
    sl_future_unlock(future);
    while ((link = sl_list_pop(&woken)))
        sl_wait_wake(loop, sl_fiber_of(SL_CONTAINER(link, struct sl_entry, link))->wait);
    if (kept)
        sl_future_drop(future);
    return true;
}

void sl_future_add(struct sley_future *future, struct sl_entry *entry)
{
    bool pending;

    if (!sl_future_many(future)) {
        /* Behind those that will be told of an end elsewhere, or at once. */
        if (sl_future_state(future) == SL_PENDING ||
            sl_future_guard_of(future) == SL_GUARD_CLAIMED)
            sl_list_push(&future->waiters, &entry->link);
        else
            sl_ready_push(future->loop, entry);
        return;
    }
    sl_future_lock(future);
    pending = sl_future_state(future) == SL_PENDING;
    if (pending)
        sl_list_push(&future->waiters, &entry->link);
    else
        entry->link.next = NULL;
    sl_future_unlock(future);
    if (!pending)
        entry->run(sl_current(), entry);
}

void sl_future_withdraw(struct sley_future *future, struct sl_entry *entry)
{
    if (!sl_future_many(future)) {
        if (entry->link.next)
            sl_entry_withdraw(future->loop, entry);
        return;
    }
    sl_future_lock(future);
    if (sl_future_state(future) == SL_PENDING && entry->link.next) {
        sl_link_remove(&entry->link);
        entry->link.next = NULL;
    }
    sl_future_unlock(future);
}

/* ---- await ---- */

/* The task that is awaited has not begun, and is ours to begin, here and now. */
SLEY_SUSPENDS SL_INLINE struct sley_loop *park_and_begin(struct sley_loop *loop,
                                                         struct sl_fiber *self,
                                                         struct sl_fiber *next)
{
    if (sl_slow_timed(loop))
        sl_slow_turn(loop, self);
    if (loop->share_left <= 0 || SL_UNLIKELY(sl_fiber_flags(next) & SL_FIBER_MUST_CANCEL) ||
        sl_exceptions_any(loop->exceptions)) {
        loop->taken = &next->entry;
        sl_share_cut(loop);
        return sl_worker_park(loop, self);
    }
    loop->share_left--;
    return sl_switch_begin(loop, self, next);
}

/* The status of the wait; 0 also if the future was done before. *awaited is read anew from the
 * wait, as in task/future.c, wait_here. */
SLEY_SUSPENDS SL_INLINE int wait_in(struct sley_loop **loop, struct sley_future **awaited,
                                    struct sl_wait *wait)
{
    struct sley_future *future = *awaited;
    struct sl_fiber *self = wait->fiber, *target = &sl_task_of_future(future)->fiber;

    sl_future_lock(future);
    if (sl_future_state(future) != SL_PENDING) {
        sl_future_unlock(future);
        return 0;
    }
    sl_wait_begin_many(wait);
    sl_list_push(&future->waiters, &self->entry.link);
    sl_future_unlock(future);
    if (SL_UNLIKELY(sl_fiber_flags(self) & SL_FIBER_ASKED))
        sl_wait_park_first(*loop, wait);
    if (future->kind == SL_FUTURE_TASK && sl_share_claim(target))
        *loop = park_and_begin(*loop, self, target);
    else
        *loop = sl_worker_park(*loop, self);
    *awaited = wait->object;
    return sl_wait_parked(wait->fiber, wait);
}

SLEY_SUSPENDS SL_INLINE int wait_for(struct sley_loop **loop, struct sley_future **awaited)
{
    struct sl_fiber *self = (*loop)->current;
    struct sley_future *future = *awaited;
    struct sl_wait wait;
    int rc;

    if (SL_UNLIKELY(!self))
        return -SLEY_ENOLOOP;
    if (SL_UNLIKELY(future->loop->team != (*loop)->team))
        return -SLEY_EWRONGLOOP;
    if ((rc = sl_scope_code(self)))
        return rc;
    if (sl_future_state(future) != SL_PENDING)
        return 0;
    if (SL_UNLIKELY(future == &sl_task_of(self)->future))
        return (int)sley_raise(-SLEY_ECYCLE, "task '%s' would wait for itself",
                               sl_task_of(self)->name);
    sl_wait_init(&wait, self, &sl_await_class, future);
    rc = wait_in(loop, awaited, &wait);
    if (rc == 0 && SL_UNLIKELY(wait.taken) && (*awaited)->word == -ECANCELED) {
        self = wait.fiber;
        if (wait.taken & SL_EDGE_TAKEN) /* who asked may have found the target ended: it is told */
            sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);
        rc = wait.taken & SL_SCOPE_TAKEN ? sl_scope_walk(self->scope) : 0;
        return rc ? rc : -ECANCELED;
    }
    return rc;
}

int sl_shared_wait(struct sley_loop **loop, struct sley_future *future)
{
    return wait_for(loop, &future);
}

static SL_NOINLINE intptr_t await_slowly(struct sley_loop *loop, struct sley_future *future,
                                         bool drop)
{
    int status = wait_for(&loop, &future);

    return sl_future_awaited(loop, future, status, drop);
}

/* What is done already needs no frame. */
intptr_t sl_shared_await(struct sley_loop *loop, struct sley_future *future, bool drop)
{
    if (drop || sl_future_state(future) != SL_DONE || future->loop->team != loop->team ||
        !loop->current || sl_scope_code(loop->current))
        return await_slowly(loop, future, drop);
    sl_leave(loop);
    return future->word;
}

bool sl_shared_await_cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sley_future *target = sl_future_ref(wait->object);
    bool cancelled;

    sl_park_release(wait->fiber, 0); /* the target's end will end this wait */
    cancelled = sl_future_cancel(loop, target);
    sl_future_drop(target);
    return cancelled;
}
