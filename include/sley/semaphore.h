/* sley/semaphore.h: a number of permits. Kinds: see lock.h.
 * asyncio: Semaphore, and BoundedSemaphore where a bound is given. */
#ifndef SLEY_SEMAPHORE_H
#define SLEY_SEMAPHORE_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_semaphore {
    uint32_t _kind; /* 1 more than lock.h's: zero is not a semaphore */
    uint32_t _bounded;
    void *_loop;
    size_t _value;
    size_t _bound;
    sley_links _waiters;
    uint32_t _guard;
    uint32_t _reserved;
    void *_spare;
} sley_semaphore;

#define SLEY_SEMAPHORE_INIT(value) {1, 0, NULL, (value), 0, {NULL, NULL}, 0, 0, NULL}
#define SLEY_SEMAPHORE_INIT_LOCAL(value) {2, 0, NULL, (value), 0, {NULL, NULL}, 0, 0, NULL}
#define SLEY_BOUNDED_SEMAPHORE_INIT(value) \
    {1, 1, NULL, (value), (value), {NULL, NULL}, 0, 0, NULL}
#define SLEY_BOUNDED_SEMAPHORE_INIT_LOCAL(value) \
    {2, 1, NULL, (value), (value), {NULL, NULL}, 0, 0, NULL}

/* Takes a permit; release hands it to the first who waits. Does not suspend if one is free and
 * nobody waits: there is no overtaking. 0, -ECANCELED, a scope's code, -SLEY_EWRONGLOOP,
 * -SLEY_ENOLOOP, -EINVAL (not initialised). asyncio: acquire(). */
SLEY_SUSPENDS int sley_semaphore_acquire(sley_semaphore *semaphore);
/* 0 or -EAGAIN; -EINVAL, -SLEY_EWRONGLOOP. */
int sley_semaphore_try_acquire(sley_semaphore *semaphore);
/* Gives one back; a bounded one refuses more than it began with: -SLEY_EVALUE. -EINVAL,
 * -SLEY_EWRONGLOOP. */
int sley_semaphore_release(sley_semaphore *semaphore);
/* True if acquire would have to wait. asyncio: locked(). */
bool sley_semaphore_locked(const sley_semaphore *semaphore);

SLEY_END_DECLS
#endif
