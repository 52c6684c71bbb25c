/* Whose is a loop? Of the thread that runs it; while nobody does, of the one that made it or ran it
 * last, which may keep others from beginning to, for a moment. */
#include "os/spin.h"
#include "sched/worker.h"

#include <sley/error.h>

enum sl_own sl_own_begin(struct sley_loop *loop)
{
    uint32_t idle = SL_LOOP_IDLE;

    if (sl_current() == loop)
        return SL_OWN_RUNS;
    /* Pairs with the store of who ran it last, and with the swap in sl_own_run. */
    if (sl_shared_load_relaxed(&loop->state) == SL_LOOP_IDLE &&
        pthread_equal(sl_shared_load_relaxed(&loop->owner), pthread_self()) &&
        sl_shared_cas_acq_rel(&loop->state, &idle, SL_LOOP_HELD))
        return SL_OWN_HELD;
    return SL_OWN_NOT;
}

void sl_own_end(struct sley_loop *loop, enum sl_own own)
{
    if (own == SL_OWN_HELD)
        sl_own_leave(loop, SL_LOOP_IDLE);
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
        if (idle == SL_LOOP_RUNNING || pthread_equal(loop->owner, pthread_self()))
            return -SLEY_ERUNNING; /* HELD by itself: called by an exception handler */
        idle = SL_LOOP_IDLE;
        sl_spin_wait(&turns);
    }
    return 0;
}

void sl_own_leave(struct sley_loop *loop, enum sl_loop_state state)
{
    sl_shared_store_release(&loop->state, (uint32_t)state); /* pairs with the swaps */
}
