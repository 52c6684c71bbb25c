/* os/pool.h: records of one size, from chunks that are never given back before the pool is closed.
 *
 * Memory of a pool stays what it is: a stale pointer to a record reads a record, which is what
 * makes {pointer, generation} handles safe. One thread uses a pool. */
#ifndef SL_OS_POOL_H
#define SL_OS_POOL_H

#include "base/check.h"
#include "os/hooks.h"

#include <stdbool.h>

struct sl_pool_free {
    struct sl_pool_free *next;
};

struct sl_pool_chunk;

struct sl_pool {
    struct sl_pool_free *free;
    char *fresh, *fresh_end; /* never used yet, zero */
    struct sl_pool_chunk *chunks;
    size_t record;           /* a multiple of 16 */
    size_t chunk;            /* bytes of the next chunk */
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

#endif
