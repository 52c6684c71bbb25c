/* sley/condition.h: waiting under a lock for something to become true. Kinds: see lock.h; that of
 * a condition is its lock's.
 * asyncio: Condition (with its own lock, or with one that several conditions share). */
#ifndef SLEY_CONDITION_H
#define SLEY_CONDITION_H

#include <sley/base.h>
#include <sley/lock.h>

SLEY_BEGIN_DECLS

typedef struct sley_condition {
    uint32_t _kind;
    uint32_t _guard;
    sley_lock *_lock; /* NULL: its own */
    sley_links _waiters;
    sley_lock _own;
    void *_spare[2];
} sley_condition;

#define SLEY_CONDITION_INIT {0, 0, NULL, {NULL, NULL}, SLEY_LOCK_INIT, {NULL, NULL}}
#define SLEY_CONDITION_INIT_LOCAL {1, 0, NULL, {NULL, NULL}, SLEY_LOCK_INIT_LOCAL, {NULL, NULL}}
/* On a lock of the caller's, which must outlive it. */
#define SLEY_CONDITION_INIT_ON(lock) \
    {1, 0, (lock), {NULL, NULL}, SLEY_LOCK_INIT_LOCAL, {NULL, NULL}}

/* The lock's. */
SLEY_SUSPENDS int sley_condition_acquire(sley_condition *condition);
int sley_condition_release(sley_condition *condition);
bool sley_condition_locked(const sley_condition *condition);

/* Releases the lock, waits for a notification, and takes the lock again, whatever happens: a
 * cancel is reported after the lock is held (and hands a notification on). Wake-ups without a
 * reason are allowed: use wait_for, or a loop. 0, -ECANCELED, a scope's code; -SLEY_ENOTOWNER if
 * the lock is free; -SLEY_EWRONGLOOP, -SLEY_ENOLOOP (then the lock was not released).
 * asyncio: wait(). */
SLEY_SUSPENDS int sley_condition_wait(sley_condition *condition);
/* Waits until predicate(arg) is true, which is asked with the lock held. asyncio: wait_for(). */
SLEY_SUSPENDS int sley_condition_wait_for(sley_condition *condition, bool (*predicate)(void *arg),
                                          void *arg);
/* Wakes the first n who wait, or all; of many workers one after the other, as each has taken the
 * lock. Needs the lock to be held: -SLEY_ENOTOWNER. */
int sley_condition_notify(sley_condition *condition, size_t n);
int sley_condition_notify_all(sley_condition *condition);

SLEY_END_DECLS
#endif
