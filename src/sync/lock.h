/* sync/lock.h: the lock, for the condition beside it. Inside sl_enter/sl_leave. */
#ifndef SL_SYNC_LOCK_H
#define SL_SYNC_LOCK_H

#include "sync/primitive.h"

#include <sley/lock.h>

SLEY_SUSPENDS int sl_lock_acquire(struct sley_loop **loop, sley_lock *lock);
int sl_lock_release(struct sley_loop *loop, sley_lock *lock);

#endif
