/* os/spin.h: locks for a few instructions, where a mutex would be larger than what it guards.
 *
 * A holder may lose its processor: who has waited for longer than a critical section takes gives
 * its own up. Nothing under such a lock waits, allocates or calls the program. */
#ifndef SL_OS_SPIN_H
#define SL_OS_SPIN_H

#include "base/atomic.h"
#include "base/check.h"

#define SL_SPIN_PATIENCE 100

/* os/plain.h has the names of sockets, too. */
void sl_plain_yield(void);

/* One turn of waiting; *turns begins at 0. */
SL_INLINE void sl_spin_wait(unsigned *turns)
{
    sl_cpu_relax();
    if (SL_UNLIKELY(++*turns >= SL_SPIN_PATIENCE))
        sl_plain_yield();
}

SL_INLINE void sl_spin_lock(sl_atomic_u32 *lock)
{
    unsigned turns = 0;

    /* Pairs with unlock. */
    while (SL_UNLIKELY(sl_exchange_acq_rel(lock, 1)))
        while (sl_load_relaxed(lock))
            sl_spin_wait(&turns);
}
SL_INLINE void sl_spin_unlock(sl_atomic_u32 *lock)
{
    /* What was done under the lock comes before: pairs with lock. */
    sl_store_release(lock, 0);
}

#endif
