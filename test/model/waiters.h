/* waiters.h: who waits on a shared primitive: src/sched/wait.c and src/sync/shared.c as they are
 * shipped, on the fibers of fibers.h. A model thread is a fiber, of many workers or of a runtime of
 * its own, or a plain thread that sleeps on a futex. */
#ifndef SL_MODEL_WAITERS_H
#define SL_MODEL_WAITERS_H

#include "fibers.h"

#include <errno.h>

#include "sched/wait.c"
/* From here on the fiber may be made ready. */
#define sl_wait_begin(wait) (will_wait(), (sl_wait_begin)(wait))
#include "sched/switch.h"
#include "sync/shared.h"
#define sl_switch_park(loop, self) sl_worker_park(loop, self)

/* Looking again is no waiting: the turns are few, and nothing else need happen in between. The
 * guard's loop waits. */
#define sl_shared_lull shipped_lull
#undef sl_cpu_relax
#define sl_cpu_relax() sl_model_spin()
#include "sync/shared.c"
#undef sl_cpu_relax
#define sl_cpu_relax() ((void)0)
#undef sl_shared_lull

void sl_shared_lull(unsigned *turns)
{
    ++*turns;
}

static struct {
    const void *word;
    uint32_t bell;
} sleepers[SL_MODEL_THREADS];

/* ---- instead of the scheduler and the kernel ---- */

void sl_share_push(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_ready_wake(loop, sl_fiber_of(entry));
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
    sl_model_step("wake");
    sl_model_flush(sl_model_current());
    for (int i = 0; i < SL_MODEL_THREADS; i++)
        if (sleepers[i].word == word)
            sl_model_ring(&sleepers[i].bell);
}

/* ---- for models ---- */

/* Fibers of many workers; `own`: each of a runtime of its own, with one worker. */
static void setup_waiters(bool own)
{
    setup_fibers(own ? 0 : SL_FIBER_MANY);
    memset(sleepers, 0, sizeof sleepers);
    for (int i = 0; i < FIBERS; i++) {
        loops[i].team = own ? NULL : team;
        loops[i].shared_left = 1000;
        loops[i].in_user = 1;
    }
}

/* The loop of this thread, or NULL: it is a plain one. */
static struct sley_loop *as_fiber(void)
{
    return sl_current();
}
static struct sley_loop *as_thread(void)
{
    loops[sl_model_current()].current = NULL;
    return NULL;
}

/* What this thread has done is seen by whoever learns that it is done. */
static void done(int *n)
{
    sl_model_flush(sl_model_current());
    ++*n;
}

/* An edge request for a fiber of many workers: as task/shared_task.c does it. */
static void ask(int i)
{
    struct sl_fiber *fiber = &tasks[i].fiber;

    if (sl_park_hold(fiber, SL_FIBER_MUST_CANCEL))
        sl_wait_cancel_held(NULL, fiber->wait, SL_EDGE_TAKEN);
}
static void ask_first(void)
{
    ask(0);
}

static void nobody_waits(const sley_links *list)
{
    model_check(!list->first, "somebody is listed");
    for (int i = 0; i < FIBERS; i++) {
        model_check(!ready[i] && !waits[i], "ready, or waiting");
        model_check(!(sl_fiber_flags(&tasks[i].fiber) & (SL_FIBER_PARKED | SL_FIBER_HELD)),
                    "parked or held for ever");
    }
}

#endif
