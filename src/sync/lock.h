/* sync/lock.h: the lock, for the condition beside it. */
#ifndef SL_SYNC_LOCK_H
#define SL_SYNC_LOCK_H

#include "sync/shared.h"

#include <sley/lock.h>

/* Bits of a shared lock's word. A local one's is 0 or LOCKED. */
enum {
    SL_LOCK_LOCKED = 1,
    SL_LOCK_QUEUED = 2, /* the list is not empty */
    SL_LOCK_WOKEN = 4,  /* its head has been woken and has not taken the lock yet */
    SL_LOCK_OWED = 8,   /* nobody may overtake the head any more */
};

SL_INLINE bool sl_lock_is_held(const sley_lock *lock)
{
    return sl_shared_load_relaxed(&lock->_locked) & SL_LOCK_LOCKED;
}

/* Of any kind, inside sl_enter/sl_leave (or sl_shared_enter). */
SLEY_SUSPENDS int sl_lock_acquire(struct sley_loop **loop, sley_lock *lock);
int sl_lock_release(struct sley_loop *loop, sley_lock *lock);

/* Of the shared kind: lock_shared.c. */
SLEY_SUSPENDS int sl_lock_acquire_shared(struct sley_loop **loop, sley_lock *lock);
int sl_lock_release_shared(struct sley_loop *loop, sley_lock *lock);
/* The public calls. */
SLEY_SUSPENDS int sl_lock_enter_shared(sley_lock *lock);
int sl_lock_leave_shared(sley_lock *lock);
int sl_lock_try_shared(sley_lock *lock);

#endif
