/* waiters.h: what waits on a shared primitive in a model: src/sched/wait.c and src/sync/shared.c as
 * they are shipped. A fiber is a model thread that sleeps on a bell of its own; making it ready
 * rings it. A plain thread sleeps on a futex. Only the two loops that spin are other ones here:
 * they block until the word has changed. */
#ifndef SL_MODEL_WAITERS_H
#define SL_MODEL_WAITERS_H

#define SL_SPIN_PATIENCE 1
#define SL_MODEL_YIELDS
#include "explore.h"
#include "sync/shared.h"

#include <errno.h>
#include <string.h>

#define sl_shared_lull shipped_lull
#define sl_guard_lock_contended shipped_lock_contended
#include "sync/shared.c"
#undef sl_shared_lull
#undef sl_guard_lock_contended
#include "sched/wait.c"

#define FIBERS 3

static struct sley_loop loops[FIBERS];
static struct sl_fiber fibers[FIBERS];
static struct sl_stack stacks[FIBERS];
static sley_scope root;
static uint32_t bells[FIBERS];
static int readied[FIBERS];
static struct {
    const void *word;
    uint32_t bell;
} sleepers[SL_MODEL_THREADS];

/* ---- instead of the scheduler and the kernel ---- */

void sl_ready_wake(struct sley_loop *loop, struct sl_fiber *fiber)
{
    (void)loop;
    model_check(readied[fiber - fibers]++ == 0, "made ready twice");
    sl_model_ring(&bells[fiber - fibers]);
}
void sl_share_push(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_ready_wake(loop, sl_fiber_of(entry));
}
struct sley_loop *sl_worker_park(struct sley_loop *loop, struct sl_fiber *self)
{
    sl_model_wait(&bells[self - fibers]);
    model_check(--readied[self - fibers] == 0, "runs without having been made ready");
    return loop;
}
struct sley_loop *sl_worker_give_way(struct sley_loop *loop)
{
    return loop;
}
void sl_plain_futex_wait(const void *word, uint32_t value)
{
    int me = sl_model_current();

    if (sl_model_may_disturb()) /* a futex may return for no reason */
        return;
    sleepers[me].word = word;
    sl_model_flush(me);
    if (sl_load_relaxed((sl_atomic_u32 *)(uintptr_t)word) == value)
        sl_model_wait(&sleepers[me].bell);
    sleepers[me].word = NULL;
}
void sl_plain_futex_wake(const void *word)
{
    sl_model_flush(sl_model_current());
    for (int i = 0; i < SL_MODEL_THREADS; i++)
        if (sleepers[i].word == word)
            sl_model_ring(&sleepers[i].bell);
}
void sl_plain_yield(void)
{
    sl_model_yield();
}
void sl_shared_lull(unsigned *turns)
{
    ++*turns;
}
void sl_guard_lock_contended(sl_atomic_u32 *guard)
{
    do
        sl_model_block(&guard->word, 0, false);
    while (sl_exchange_acq_rel(guard, 1));
}

/* ---- for models ---- */

/* Fibers of many workers; `own`: each of a runtime of its own, with one worker. */
static void make_fibers(bool own)
{
    memset(loops, 0, sizeof loops);
    memset(fibers, 0, sizeof fibers);
    memset(stacks, 0, sizeof stacks);
    memset(&root, 0, sizeof root);
    memset(bells, 0, sizeof bells);
    memset(readied, 0, sizeof readied);
    memset(sleepers, 0, sizeof sleepers);
    for (int i = 0; i < FIBERS; i++) {
        loops[i].team = own ? NULL : (struct sl_team *)&loops[0];
        loops[i].current = &fibers[i];
        loops[i].shared_left = 1000;
        fibers[i].stack = &stacks[i];
        fibers[i].scope = &root;
        stacks[i].home = &loops[i];
        sl_store_relaxed(&fibers[i].word, own ? 0 : SL_FIBER_MANY);
    }
}

/* An edge request for a fiber of many workers: as task/shared_task.c does it. */
SL_INLINE void ask(int i)
{
    if (sl_park_hold(&fibers[i], SL_FIBER_MUST_CANCEL))
        sl_wait_cancel_held(NULL, fibers[i].wait, SL_EDGE_TAKEN);
}

#endif
