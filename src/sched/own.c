/* Whose is a loop? Of the thread that runs it; while nobody does, of the one that made it, ran it
 * last, or was the last to use it as its own. That one may hold it for a moment, when nobody else
 * can adopt it or begin to run it: so it does at once what any thread may ask for, as if it ran the
 * loop. Threads to which the loop does not belong post. */
#include "os/spin.h"
#include "sched/worker.h"

#include <sley/error.h>

static bool is_holder(const struct sley_loop *loop)
{
    return pthread_equal(sl_shared_load_relaxed(&loop->holder), pthread_self());
}

enum sl_own sl_own_begin(struct sley_loop *loop)
{
    uint32_t idle = SL_LOOP_IDLE;

    if (sl_current() == loop)
        return SL_OWN_RUNS;
    /* Pairs with the store of who ran it last, and with the swaps of run and adopt. */
    if (!is_holder(loop) || !sl_shared_cas_acq_rel(&loop->state, &idle, SL_LOOP_HELD))
        return SL_OWN_NOT;
    if (is_holder(loop)) {
        sl_shared_store_relaxed(&loop->held_by, pthread_self());
        return SL_OWN_HELD;
    }
    sl_own_leave(loop, SL_LOOP_IDLE); /* it was adopted in between */
    return SL_OWN_NOT;
}

void sl_own_end(struct sley_loop *loop, enum sl_own own)
{
    if (own != SL_OWN_HELD)
        return;
    sl_shared_store_relaxed(&loop->held_by, (pthread_t)0);
    sl_own_leave(loop, SL_LOOP_IDLE);
}

bool sl_own_adopt(struct sley_loop *loop)
{
    uint32_t idle = SL_LOOP_IDLE;
    unsigned turns = 0;

    if (is_holder(loop))
        return sl_shared_load_relaxed(&loop->state) != SL_LOOP_CLOSED;
    /* Pairs with who holds it, and with who ran it. */
    while (!sl_shared_cas_acq_rel(&loop->state, &idle, SL_LOOP_HELD)) {
        if (idle == SL_LOOP_CLOSED || idle == SL_LOOP_RUNNING)
            return idle == SL_LOOP_RUNNING;
        idle = SL_LOOP_IDLE;
        sl_spin_wait(&turns);
    }
    sl_shared_store_relaxed(&loop->holder, pthread_self());
    sl_own_leave(loop, SL_LOOP_IDLE);
    return true;
}

int sl_own_run(struct sley_loop *loop)
{
    uint32_t idle = SL_LOOP_IDLE;
    unsigned turns = 0;

    if (sl_current())
        return -SLEY_ERUNNING;
    /* Pairs with who ran it before, and with who holds it. */
    while (!sl_shared_cas_acq_rel(&loop->state, &idle, SL_LOOP_RUNNING)) {
        if (idle == SL_LOOP_CLOSED)
            return -SLEY_EFINISHED;
        if (idle == SL_LOOP_RUNNING ||
            pthread_equal(sl_shared_load_relaxed(&loop->held_by), pthread_self()))
            return -SLEY_ERUNNING; /* held by itself: called by an exception handler */
        idle = SL_LOOP_IDLE;
        sl_spin_wait(&turns);
    }
    sl_shared_store_relaxed(&loop->holder, pthread_self());
    return 0;
}

void sl_own_leave(struct sley_loop *loop, enum sl_loop_state state)
{
    sl_shared_store_release(&loop->state, (uint32_t)state); /* pairs with the swaps */
}
