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
enum sl_future_state { SL_PENDING, SL_DONE, SL_FAILED, SL_CANCELLED };
enum {
    SL_FUTURE_RETRIEVED = 1,  /* somebody has seen the error */
    SL_FUTURE_EXPLICIT = 2,   /* a cancel asked the children of a gather */
    SL_FUTURE_WALKED = 4,     /* a cancel is on its way through it */
    SL_TASK_BLOCK = 8,        /* the copied argument is in a block of its own */
    SL_TASK_PLAIN = 32,       /* a task; alone: nothing to be told or freed beside the record */
    SL_FUTURE_FAILED = 64,    /* its state is SL_FAILED */
    SL_TASK_SILENT = 16,      /* its group tells of its error */
};

struct sley_future {
    uint32_t refs;
    uint8_t kind, state;
    uint16_t flags;
    struct sl_list waiters;
    intptr_t word;      /* the value, or the error */
    sley_error *error;  /* its detail */
    struct sley_loop *loop;
};
_Static_assert(sizeof(struct sley_future) == 48, "three quarters of a cache line");

SL_INLINE void sl_future_init(struct sley_future *future, struct sley_loop *loop,
                              enum sl_future_kind kind)
{
    future->refs = 1;
    future->kind = (uint8_t)kind;
    future->state = SL_PENDING;
    future->flags = 0;
    sl_list_init(&future->waiters);
    future->word = 0;
    future->error = NULL;
    future->loop = loop;
}
/* Completes it; takes the reference to the detail. It must be pending. */
SL_INLINE void sl_future_finish(struct sley_future *future, enum sl_future_state state,
                                intptr_t word, sley_error *error)
{
    SL_DEBUG_CHECK(future->state == SL_PENDING);
    future->state = (uint8_t)state;
    future->word = word;
    future->error = error;
    if (SL_UNLIKELY(state == SL_FAILED))
        future->flags |= SL_FUTURE_FAILED;
    sl_list_splice(&future->loop->ready, &future->waiters);
}
/* By the kind: a task is asked, a gather asks its children, others end now. */
bool sl_future_cancel(struct sley_loop *loop, struct sley_future *future);
/* The word, marked as seen, its detail made the current one. */
intptr_t sl_future_retrieve_error(struct sley_loop *loop, struct sley_future *future);
SL_INLINE intptr_t sl_future_retrieve(struct sley_loop *loop, struct sley_future *future)
{
    return SL_LIKELY(future->state != SL_FAILED) ? future->word
                                                 : sl_future_retrieve_error(loop, future);
}
void sl_future_free(struct sley_future *future);
/* The awaiter's side, inside sl_enter/sl_leave: waits and returns 0 or the wait's status. */
SLEY_SUSPENDS int sl_future_wait(struct sley_loop **loop, struct sley_future *future);
extern const struct sl_wait_class sl_await_class;

/* By the kinds: */
void sl_task_free(struct sley_future *future);
void sl_gather_free(struct sley_future *future);
bool sl_gather_cancel(struct sley_loop *loop, struct sley_future *future);
void sl_shield_free(struct sley_future *future);
/* Can only tasks of its loop complete it? For the deadlock report. */
bool sl_future_local(const struct sley_future *future);
bool sl_gather_local(const struct sley_future *future);
bool sl_shield_local(const struct sley_future *future);

/* Registers an entry behind the others; a future that is done queues it at once. */
SL_INLINE void sl_future_add(struct sley_future *future, struct sl_entry *entry)
{
    if (future->state == SL_PENDING)
        sl_list_push(&future->waiters, &entry->link);
    else
        sl_ready_push(future->loop, entry);
}
SL_INLINE struct sley_future *sl_future_ref(struct sley_future *future)
{
    future->refs++;
    return future;
}
SL_INLINE void sl_future_drop(struct sley_future *future)
{
    if (--future->refs)
        return;
    /* The usual end. Asked of one word: kind and state were stored apart, and a compiler that
     * reads them together has to wait until both stores have left the store buffer. */
    if (SL_LIKELY(future->flags == SL_TASK_PLAIN))
        sl_pool_give(&future->loop->tasks, future);
    else
        sl_future_free(future);
}

#endif
