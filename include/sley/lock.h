/* sley/lock.h: a FIFO mutex for fibers. Not recursive; any task may release it.
 *
 * All primitives of sley come in two kinds. SLEY_..._INIT_LOCAL makes the *local* one: for the
 * tasks of one loop, asyncio's exact order. It binds itself to the loop that uses it first; from
 * any other it answers -SLEY_EWRONGLOOP. Zero is the *shared* one, for any fiber on any worker and
 * for plain threads; on a runtime of one worker it keeps the same order. (Until the N-worker
 * runtime is there, the shared kind too serves one loop at a time.) asyncio: Lock.
 */
#ifndef SLEY_LOCK_H
#define SLEY_LOCK_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_lock {
    uint32_t _kind;
    uint32_t _locked;
    void *_loop;
    sley_links _waiters;
    sley_task *_owner; /* for reports */
    uint32_t _guard;
    uint32_t _reserved;
    void *_spare;
} sley_lock;

#define SLEY_LOCK_INIT {0, 0, NULL, {NULL, NULL}, NULL, 0, 0, NULL}
#define SLEY_LOCK_INIT_LOCAL {1, 0, NULL, {NULL, NULL}, NULL, 0, 0, NULL}

/* Waits for the lock; nobody who waits is overtaken. Does not suspend if it is free. 0,
 * -ECANCELED, a scope's code, -SLEY_EWRONGLOOP. asyncio: acquire(). */
SLEY_SUSPENDS int sley_lock_acquire(sley_lock *lock);
/* Takes it if it is free and nobody waits: 0 or -EAGAIN. */
int sley_lock_try_acquire(sley_lock *lock);
/* Frees it and wakes the first who waits. -SLEY_ENOTOWNER if it is free. asyncio: release(). */
int sley_lock_release(sley_lock *lock);
bool sley_lock_locked(const sley_lock *lock);

/* SLEY_GUARD(&lock); locks to the end of the block. If the wait was cancelled the block runs
 * without the lock, and its next suspending call fails when a sticky scope did it: where that
 * matters use sley_lock_acquire. */
static inline sley_lock *sley_guard_(sley_lock *lock)
{
    return sley_lock_acquire(lock) < 0 ? NULL : lock;
}
static inline void sley_guard_end_(sley_lock **lock)
{
    if (*lock)
        sley_lock_release(*lock);
}

SLEY_END_DECLS

#define SLEY_GUARD(lock)                                                                    \
    sley_lock *SLEY_UNIQUE(sley_guard) __attribute__((cleanup(sley_guard_end_), unused)) = \
        sley_guard_(lock)
#endif
