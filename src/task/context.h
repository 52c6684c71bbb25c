/* task/context.h: context variables as an immutable chain.
 *
 * A task (or a scheduled callback) holds a *reference word*: 0 (nothing set), a counted link of the
 * chain, or, with the low bit set, a counted sley_context that several tasks share. Inheriting is
 * one increment; setting makes a link.
 *
 * A link never changes once another can see it, and is counted atomically: tasks on several workers
 * and jobs in plain threads share chains. A box does change: under its lock, which is held for a
 * look along the chain and for nothing that waits. A word belongs to whoever runs it: the task, the
 * callback, the job. */
#ifndef SL_TASK_CONTEXT_H
#define SL_TASK_CONTEXT_H

#include "base/atomic.h"
#include "sched/worker.h"

#include <sley/context.h>

#include <pthread.h>

/* One setting. Links are shared by every context that was copied later. */
struct sl_context_link;

struct sley_context {
    sl_atomic_u64 refs;
    sl_atomic_ptr newest; /* struct sl_context_link; under the lock, but to see that it is NULL */
    pthread_mutex_t lock;
};

#define SL_CONTEXT_SHARED ((uintptr_t)1)

SL_INLINE struct sley_context *sl_context_box(uintptr_t word)
{
    return word & SL_CONTEXT_SHARED ? (struct sley_context *)(word & ~SL_CONTEXT_SHARED) : NULL;
}

/* A task's copy of the running context, or (if given) a share of an explicit one. */
uintptr_t sl_context_inherit(struct sley_loop *loop, sley_context *explicit_one);
/* Where the running task, the callback, or the pool's thread keeps its word. */
uintptr_t *sl_context_slot(struct sley_loop *loop);
uintptr_t sl_context_keep(uintptr_t word);
void sl_context_release_last(uintptr_t word);

/* Have contexts ever been shared by threads in this process? Two read-modify-writes for each task
 * are a fifth of what a spawn and join costs. Who is about to share says so before (a reference of
 * its own for another thread, a job, a runtime of many workers): until then nobody else can reach
 * what is its own. So each context is either one thread's, which counts as it likes, or all its
 * users see this. */
extern sl_atomic_u32 sl_context_threads __attribute__((visibility("hidden")));
SL_INLINE bool sl_context_alone(void)
{
    return SL_LIKELY(!sl_load_relaxed(&sl_context_threads));
}
SL_INLINE void sl_context_share(void)
{
    sl_store_relaxed(&sl_context_threads, 1);
}

SL_INLINE void sl_context_count_up(sl_atomic_u64 *refs)
{
    /* Whoever takes a reference has one already: there is nothing to order. */
    if (sl_context_alone())
        sl_store_relaxed(refs, sl_load_relaxed(refs) + 1);
    else
        sl_add_relaxed(refs, 1);
}
/* Was it the last? That one frees what the others, who gave up theirs before, have read. */
SL_INLINE bool sl_context_count_down(sl_atomic_u64 *refs)
{
    uint64_t left = sl_load_relaxed(refs) - 1;

    if (!sl_context_alone())
        return sl_sub_acq_rel(refs, 1) == 1; /* pairs with itself */
    sl_store_relaxed(refs, left);
    return left == 0;
}

/* Most have nothing to release, or a box that others have, too. */
SL_INLINE bool sl_context_release_quickly(uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);

    if (SL_LIKELY(!word))
        return true;
    if (!box || !sl_context_alone() || sl_load_relaxed(&box->refs) == 1)
        return false;
    sl_store_relaxed(&box->refs, sl_load_relaxed(&box->refs) - 1);
    return true;
}
SL_INLINE void sl_context_release(uintptr_t word)
{
    if (!sl_context_release_quickly(word))
        sl_context_release_last(word);
}

/* ---- a box that tasks of many workers share ----
 *
 * Its count would go from worker to worker with each task that begins or ends (65 ns for each of a
 * batch of 1000, now 46). So each worker has a stash of references to the box that it met last:
 * they are taken, and given back, in bulk. They keep the box until the worker meets another one, or
 * ends. Chains without a box have none: who sets a variable asks whether it is alone. */
#define SL_CONTEXT_BULK 64
void sl_context_restock(struct sley_loop *loop, struct sley_context *box);
void sl_context_put_slowly(struct sley_loop *loop, uintptr_t word);
void sl_context_unstash(struct sley_loop *loop);

/* By the worker itself: a reference for a task that it makes. */
SL_INLINE void sl_context_take(struct sley_loop *loop, struct sley_context *box)
{
    if (SL_UNLIKELY(loop->stash != box || !loop->stashed))
        sl_context_restock(loop, box);
    loop->stashed--;
}
/* The word of a task that ends here. */
SL_INLINE void sl_context_put(struct sley_loop *loop, uintptr_t word)
{
    if (SL_LIKELY(!word))
        return;
    if (SL_LIKELY(sl_context_box(word) == loop->stash && loop->stash &&
                  loop->stashed < 2 * SL_CONTEXT_BULK))
        loop->stashed++;
    else
        sl_context_put_slowly(loop, word);
}

#endif
