/* sley/barrier.h: a fixed number of tasks meet, again and again. Kinds: see lock.h.
 * asyncio: Barrier. */
#ifndef SLEY_BARRIER_H
#define SLEY_BARRIER_H

#include <sley/base.h>
#include <sley/condition.h>

SLEY_BEGIN_DECLS

typedef struct sley_barrier {
    uint32_t _state;
    uint32_t _reserved;
    size_t _parties;
    size_t _count;
    sley_condition _condition;
    void *_spare[2];
} sley_barrier;

#define SLEY_BARRIER_INIT(parties) {0, 0, (parties), 0, SLEY_CONDITION_INIT, {NULL, NULL}}
#define SLEY_BARRIER_INIT_LOCAL(parties) \
    {0, 0, (parties), 0, SLEY_CONDITION_INIT_LOCAL, {NULL, NULL}}

/* Waits until `parties` tasks wait, and returns this one's number in the order of arrival, from 0.
 * -SLEY_EBROKEN after reset (while waiting) or abort; -ECANCELED: a cancelled task leaves, the
 * others go on waiting; a scope's code; -EINVAL for no parties; -SLEY_EWRONGLOOP, -SLEY_ENOLOOP.
 * asyncio: wait(). */
SLEY_SUSPENDS ssize_t sley_barrier_wait(sley_barrier *barrier);
/* Those who wait get -SLEY_EBROKEN, then the barrier can be used again. It takes the barrier's
 * lock, so it may wait: 0, -ECANCELED, a scope's code, -SLEY_EWRONGLOOP, -SLEY_ENOLOOP. */
SLEY_SUSPENDS int sley_barrier_reset(sley_barrier *barrier);
/* Everybody gets -SLEY_EBROKEN until reset. As reset. */
SLEY_SUSPENDS int sley_barrier_abort(sley_barrier *barrier);
size_t sley_barrier_parties(const sley_barrier *barrier);
size_t sley_barrier_n_waiting(const sley_barrier *barrier);
bool sley_barrier_broken(const sley_barrier *barrier);

SLEY_END_DECLS
#endif
