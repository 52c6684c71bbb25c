/* os/pool.h: records of one size, from chunks that are never given back before the pool is closed.
 *
 * Memory of a pool stays what it is: a stale pointer to a record reads a record, which is what
 * makes {pointer, generation} handles safe. One thread uses a pool.
 *
 * A record may be taken from one pool and given to another, if both share a depot: free records
 * then travel through it, a batch at a time. Such pools are used through the calls named shared,
 * and through no others. */
#ifndef SL_OS_POOL_H
#define SL_OS_POOL_H

#include "base/atomic.h"
#include "base/check.h"
#include "os/hooks.h"

#include <pthread.h>

/* How many free records travel together. A pool keeps two batches at most. */
#define SL_POOL_BATCH 64

struct sl_pool_free {
    struct sl_pool_free *next;
    struct sl_pool_free *batch; /* of the first of a batch in a depot: the next one's */
};

struct sl_pool_chunk;

/* Free records that no pool keeps. One for all the pools of one kind of record. */
struct sl_pool_depot {
    pthread_mutex_t lock;
    sl_atomic_ptr batches; /* struct sl_pool_free, by `batch`; written under the lock */
};

struct sl_pool {
    struct sl_pool_free *free;
    char *fresh, *fresh_end; /* never used yet, zero */
    sl_atomic_ptr chunks;    /* struct sl_pool_chunk, the newest first */
    size_t record;           /* a multiple of 16 */
    size_t chunk;            /* bytes of the next chunk */

    /* Of a shared pool: */
    struct sl_pool_depot *depot;
    struct sl_pool_free *spare; /* a batch, or NULL */
    uint32_t count;             /* records in `free`, a batch at most */
};

void sl_pool_open(struct sl_pool *pool, size_t record);
void sl_pool_close(struct sl_pool *pool);
void *sl_pool_grow(struct sl_pool *pool);

/* A record, its bytes undefined (zero if it is used for the first time, so that generations begin
 * at 0), or NULL. */
SL_INLINE void *sl_pool_take(struct sl_pool *pool)
{
    struct sl_pool_free *record = pool->free;

    if (SL_LIKELY(record != NULL)) {
        sl_hook_unpoison(record, pool->record);
        pool->free = record->next;
        return record;
    }
    return sl_pool_grow(pool);
}

SL_INLINE void sl_pool_give(struct sl_pool *pool, void *memory)
{
    struct sl_pool_free *record = memory;

    record->next = pool->free;
    pool->free = record;
    sl_hook_poison(record, pool->record);
}

/* ---- shared pools ---- */

void sl_pool_depot_open(struct sl_pool_depot *depot);
/* Before or after its pools are closed; none is used any more. */
void sl_pool_depot_close(struct sl_pool_depot *depot);

/* Joins a pool that was just opened, before other threads know of it. The pools of a depot are
 * closed when none of them is used any more: each has other ones' records. */
void sl_pool_share(struct sl_pool *pool, struct sl_pool_depot *depot);
void *sl_pool_refill(struct sl_pool *pool);
void sl_pool_set_aside(struct sl_pool *pool);

/* As sl_pool_take. */
SL_INLINE void *sl_pool_take_shared(struct sl_pool *pool)
{
    struct sl_pool_free *record = pool->free;

    if (SL_UNLIKELY(!record))
        return sl_pool_refill(pool);
    pool->free = record->next;
    pool->count--;
    return record;
}

/* Any pool of the depot may be given what another one had. Writes to the record's first 16 bytes,
 * then and later; the others stay as they are, and may be read by anybody. */
SL_INLINE void sl_pool_give_shared(struct sl_pool *pool, void *memory)
{
    struct sl_pool_free *record = memory;

    if (SL_UNLIKELY(pool->count == SL_POOL_BATCH))
        sl_pool_set_aside(pool);
    record->next = pool->free;
    pool->free = record;
    pool->count++;
}

/* Any thread, while the owner of a shared pool goes on: visits every record of its chunks that was
 * ever taken, used or free, wherever it was given to, until a visit returns false. Returns what the
 * last visit did (true if there was none). */
bool sl_pool_each(struct sl_pool *pool, bool (*visit)(void *record, void *arg), void *arg);

#endif
