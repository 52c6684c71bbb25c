/* task/future.h: what tasks, futures, gathers and shields have in common.
 *
 * States: PENDING, then one of DONE, FAILED, CANCELLED, for ever. While it is pending `waiters`
 * holds entries in order of registration: fibers that await it and callbacks. Completing it moves
 * them to the ready queue as they stand, in O(1); nothing runs inside of a completion. */
#ifndef SL_TASK_FUTURE_H
#define SL_TASK_FUTURE_H

#include "sched/wait.h"
#include "task/context.h"
#include "task/error.h"

#include <sley/future.h>

#include <errno.h>

enum sl_future_kind {
    SL_FUTURE,
    SL_FUTURE_TASK,
    SL_FUTURE_GATHER,
    SL_FUTURE_SHIELD,
    SL_FUTURE_JOB,
};
#define SL_REFS_MANY 0x80000000u
/* Who completes it and counts its references. */
enum sl_future_guard {
    SL_GUARD_NONE,    /* its loop's thread alone */
    SL_GUARD_WATCHED, /* the same of a task, in debug mode: it is looked whether they do */
    SL_GUARD_OPEN,    /* of one loop, any thread: task/open.c; pending */
    SL_GUARD_ASLEEP,  /* the same, and plain threads wait for it */
    SL_GUARD_CLAIMED, /* the same, completed or about to be; the loop has not been told */
    SL_GUARD_TOLD,    /* the same, and it has */
    SL_GUARD_FREE,    /* of many workers: nobody holds it */
    SL_GUARD_HELD,
};
enum sl_future_state { SL_PENDING, SL_DONE, SL_FAILED, SL_CANCELLED };
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SL_FUTURE_FLAG_ONE 0x10000u /* in sley_future.all */
#else
#define SL_FUTURE_FLAG_ONE 0x100u
#endif
enum {
    SL_FUTURE_RETRIEVED = 1,  /* somebody has seen the error */
    SL_FUTURE_EXPLICIT = 2,   /* a cancel asked the children of a gather */
    SL_FUTURE_WALKED = 4,     /* a cancel is on its way through it */
    SL_TASK_BLOCK = 8,        /* the copied argument is in a block of its own */
    SL_TASK_PLAIN = 32,       /* a task; alone: nothing to be told or freed beside the record */
    SL_FUTURE_FAILED = 64,    /* its state is SL_FAILED */
    SL_TASK_SILENT = 16,      /* its group tells of its error */
    SL_FUTURE_PINNED = 128,   /* of many workers: made by a pinned task, calls run on its loop */
};

/* Of many workers everything but kind and loop is changed under the guard, and refs atomically;
 * `state` is written last. What is open is changed by who has claimed it; its waiters are the
 * loop's. */
struct sley_future {
    struct sl_list waiters; /* first: a free record's links lie here, and its refs stay 0 */
    sl_atomic_u32 refs;     /* and SL_REFS_MANY, unless the guard is NONE */
    union {
        struct {
            uint8_t kind;
            sl_atomic_u8 state; /* enum sl_future_state */
            sl_atomic_u8 flags;
            sl_atomic_u8 guard; /* enum sl_future_guard */
        };
        uint32_t all; /* before anybody else sees it: four stores are one */
    };
    intptr_t word;      /* the value, or the error */
    sley_error *error;  /* its detail */
    struct sley_loop *loop;
};
_Static_assert(sizeof(struct sley_future) == 48, "three quarters of a cache line");

/* Without its references. */
SL_INLINE void sl_future_clear(struct sley_future *future, struct sley_loop *loop,
                               enum sl_future_kind kind)
{
    future->all = 0;
    future->kind = (uint8_t)kind;
    sl_list_init(&future->waiters);
    future->word = 0;
    future->error = NULL;
    future->loop = loop;
}
SL_INLINE void sl_future_init(struct sley_future *future, struct sley_loop *loop,
                              enum sl_future_kind kind)
{
    sl_future_clear(future, loop, kind);
    if (SL_UNLIKELY(loop->team != NULL))
        sl_store_relaxed(&future->guard, SL_GUARD_FREE);
    sl_store_relaxed(&future->refs, SL_UNLIKELY(loop->team != NULL) ? SL_REFS_MANY + 1 : 1);
}
/* Of one loop, just made: any thread may complete it. */
SL_INLINE void sl_future_open(struct sley_future *future)
{
    sl_store_relaxed(&future->guard, SL_GUARD_OPEN);
    sl_store_relaxed(&future->refs, SL_REFS_MANY + 1);
}
SL_INLINE enum sl_future_guard sl_future_guard_of(const struct sley_future *future)
{
    return (enum sl_future_guard)sl_load_relaxed((sl_atomic_u8 *)(uintptr_t)&future->guard);
}
/* Do only calls from its loop's thread touch it? */
SL_INLINE bool sl_future_alone(const struct sley_future *future)
{
    return sl_future_guard_of(future) == SL_GUARD_NONE;
}
SL_INLINE bool sl_future_many(const struct sley_future *future)
{
    return sl_future_guard_of(future) >= SL_GUARD_FREE;
}
/* Whoever sees that it is done sees the word, too. */
SL_INLINE enum sl_future_state sl_future_state(const struct sley_future *future)
{
    /* Pairs with the store that finishes it. */
    return (enum sl_future_state)sl_load_acquire(&((struct sley_future *)(uintptr_t)future)->state);
}
/* May a task on this loop wait for it? */
SL_INLINE bool sl_future_is_of(const struct sley_future *future, const struct sley_loop *loop)
{
    return future->loop == loop || (loop->team && future->loop->team == loop->team);
}
SL_INLINE unsigned sl_future_flags(const struct sley_future *future)
{
    return sl_load_relaxed(&((struct sley_future *)(uintptr_t)future)->flags);
}
SL_INLINE void sl_future_mark(struct sley_future *future, unsigned bits)
{
    if (SL_UNLIKELY(!sl_future_alone(future)))
        sl_or_acq_rel(&future->flags, (uint8_t)bits); /* pairs with others' marks */
    else
        sl_store_relaxed(&future->flags, (uint8_t)(sl_future_flags(future) | bits));
}
void sl_future_lock_slowly(struct sley_future *future);
SL_INLINE void sl_future_lock(struct sley_future *future)
{
    /* Pairs with unlock. */
    if (SL_UNLIKELY(sl_exchange_acq_rel(&future->guard, SL_GUARD_HELD) == SL_GUARD_HELD))
        sl_future_lock_slowly(future);
}
SL_INLINE void sl_future_unlock(struct sley_future *future)
{
    /* What was changed under the guard comes before: pairs with lock. */
    sl_store_release(&future->guard, SL_GUARD_FREE);
}

/* Completes it; takes the reference to the detail. False, and nothing else, if it is done already;
 * what is its loop's alone must be pending. Of many workers: what waits for it and is not a fiber
 * is called here, under the guard (and what would run the program's code queues itself). */
bool sl_future_finish_many(struct sley_future *future, enum sl_future_state state, intptr_t word,
                           sley_error *error);
/* The same, of one loop. */
SL_INLINE void sl_future_finish_one(struct sley_future *future, enum sl_future_state state,
                                    intptr_t word, sley_error *error)
{
    SL_DEBUG_CHECK(sl_future_state(future) == SL_PENDING);
    future->word = word;
    future->error = error;
    if (SL_UNLIKELY(state == SL_FAILED))
        sl_future_mark(future, SL_FUTURE_FAILED);
    /* Other threads may ask how it ended: pairs with sl_future_state. */
    sl_store_release(&future->state, (uint8_t)state);
    sl_list_splice(&future->loop->ready, &future->waiters);
}
SL_INLINE bool sl_future_finish(struct sley_future *future, enum sl_future_state state,
                                intptr_t word, sley_error *error)
{
    if (SL_UNLIKELY(sl_future_guard_of(future) > SL_GUARD_WATCHED))
        return sl_future_finish_many(future, state, word, error);
    sl_future_finish_one(future, state, word, error);
    return true;
}
/* By the kind: a task is asked, a gather asks its children, others end now. */
bool sl_future_cancel(struct sley_loop *loop, struct sley_future *future);
/* The word, marked as seen, its detail made the current one. */
intptr_t sl_future_retrieve_error(struct sley_loop *loop, struct sley_future *future);
SL_INLINE intptr_t sl_future_retrieve(struct sley_loop *loop, struct sley_future *future)
{
    return SL_LIKELY(sl_future_state(future) != SL_FAILED) ? future->word
                                                 : sl_future_retrieve_error(loop, future);
}
void sl_future_free(struct sley_future *future);
/* The awaiter's side, inside sl_enter/sl_leave: waits and returns 0 or the wait's status. */
SLEY_SUSPENDS int sl_future_wait(struct sley_loop **loop, struct sley_future *future);
extern const struct sl_wait_class sl_await_class;

/* Debug mode: ends the process if another thread runs its loop. */
void sl_future_check_thread(struct sley_future *future);

/* By the kinds: */
void sl_task_free(struct sley_future *future);
void sl_gather_free(struct sley_future *future);
bool sl_gather_cancel(struct sley_loop *loop, struct sley_future *future);
void sl_shield_free(struct sley_future *future);
void sl_gather_needs(struct sl_needs *needs, const struct sley_future *future);
void sl_shield_needs(struct sl_needs *needs, const struct sley_future *future);

/* Registers an entry behind the others; a future that is done queues it at once, or of many workers
 * calls it. */
void sl_future_add(struct sley_future *future, struct sl_entry *entry);
/* By a thread that does not run its loop: what is a loop's alone is dropped there. */
void sl_future_drop_foreign(struct sley_future *future);
/* Takes it back, wherever it is. Once this has returned nobody touches it. */
void sl_future_withdraw(struct sley_future *future, struct sl_entry *entry);
void sl_future_drop_many(struct sley_future *future); /* all but what is a loop's alone */
SL_INLINE struct sley_future *sl_future_ref(struct sley_future *future)
{
    uint32_t refs = sl_load_relaxed(&future->refs);

    if (SL_UNLIKELY(refs & SL_REFS_MANY))
        sl_add_relaxed(&future->refs, 1);
    else
        sl_store_relaxed(&future->refs, refs + 1);
    return future;
}
/* A reference of what may have none left: false then. Of many workers. */
bool sl_future_try_ref(struct sley_future *future);
SL_INLINE void sl_future_drop(struct sley_future *future)
{
    uint32_t left = sl_load_relaxed(&future->refs) - 1;

    if (SL_UNLIKELY(left & SL_REFS_MANY)) {
        sl_future_drop_many(future);
        return;
    }
    sl_store_relaxed(&future->refs, left);
    if (left)
        return;
    /* The usual end. Asked of one word: kind and state were stored apart, and a compiler that
     * reads them together has to wait until both stores have left the store buffer. */
    if (SL_LIKELY(sl_future_flags(future) == SL_TASK_PLAIN))
        sl_pool_give(&future->loop->tasks, future);
    else
        sl_future_free(future);
}

/* The end of an await, which leaves; of a join, which gives the handle back, too. */
intptr_t sl_future_not_joined(struct sley_loop *loop, struct sley_future *future, intptr_t status);
SL_INLINE intptr_t sl_future_awaited(struct sley_loop *loop, struct sley_future *future,
                                     intptr_t status, bool drop)
{
    intptr_t word = status;

    if (SL_LIKELY(status == 0))
        word = sl_future_retrieve(loop, future);
    else if (drop)
        return sl_future_not_joined(loop, future, status);
    sl_leave(loop);
    if (drop)
        sl_future_drop(future);
    return word;
}

#endif
