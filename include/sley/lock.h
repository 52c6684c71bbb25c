/* sley/lock.h: a FIFO mutex for fibers. Not recursive; any task may release it. asyncio: Lock.
 *
 * All primitives of sley come in two kinds.
 *
 * Zero (SLEY_..._INIT) is the *shared* one: for any task on any worker of any runtime, and for
 * plain threads, which block. Calls that never wait may also be made in callbacks; those that may
 * wait answer -SLEY_ENOLOOP there (and -SLEY_EFORKED in the child of a fork that left a loop).
 * An object may be freed by whoever sees the effect of an operation (an event that is set, an item
 * that was got), even if the call that caused it has not returned yet, as long as nobody is inside
 * a call that waits for it. Tasks of a runtime of one worker keep asyncio's order among themselves;
 * who else waits is served first come, first served, where nothing else is stated. What a task of
 * many workers has been given it keeps: a cancel that comes later meets its next suspension. A wait
 * of a pinned task, or of one loop's, ends with a cancel that comes before it has run again: then
 * what it was given is handed on. Either way nothing is lost.
 *
 * SLEY_..._INIT_LOCAL makes the *local* one: for the tasks of one loop, asyncio's exact order and
 * no atomic instruction. It binds itself to the loop that uses it first. To any other, and to a
 * task of many workers that is not pinned, it answers -SLEY_EWRONGLOOP.
 *
 * Fairness of the shared lock. Tasks of a runtime of one worker never overtake who waits. A task of
 * many workers, or a thread, may take a free lock that others wait for, as long as the first of
 * them, which has been woken, has not come to it in vain: after that nobody overtakes it. And the
 * shared operations of a worker's tasks are counted: who has made the 160th of a lock or semaphore,
 * or the 640th of others (some 10 us), gives way to what all workers have to do. So a waiter is
 * overtaken for no longer than it takes the scheduler to run everybody else once: 64 tasks that do
 * nothing but take one lock, on 2 workers, wait for 1.4 ms at most and have equal shares (Jain's
 * index 0.999).
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
    uint32_t _spare;
    void *_spare2;
} sley_lock;

#define SLEY_LOCK_INIT {0, 0, NULL, {NULL, NULL}, NULL, 0, 0, NULL}
#define SLEY_LOCK_INIT_LOCAL {1, 0, NULL, {NULL, NULL}, NULL, 0, 0, NULL}

/* Waits for the lock. Does not suspend if it is free (but for giving way, above). 0, -ECANCELED or
 * a scope's code (it is not held), -SLEY_EWRONGLOOP, -SLEY_ENOLOOP. asyncio: acquire(). */
SLEY_SUSPENDS int sley_lock_acquire(sley_lock *lock);
/* Takes it if that needs no wait: 0 or -EAGAIN; -SLEY_EWRONGLOOP. */
int sley_lock_try_acquire(sley_lock *lock);
/* Frees it and wakes the first who waits. -SLEY_ENOTOWNER if it is free; -SLEY_EWRONGLOOP.
 * asyncio: release(). */
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
