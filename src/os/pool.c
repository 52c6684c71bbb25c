#include "os/pool.h"

#include "os/sys.h"

#include <sys/mman.h>

/* The first chunk is small, so that a small program stays small; later ones are as large as a huge
 * page, and ask for one: a million records then cost 128 faults instead of 65,536. */
#define FIRST_CHUNK ((size_t)64 << 10)
#define LARGEST_CHUNK ((size_t)2 << 20)

struct sl_pool_chunk {
    struct sl_pool_chunk *next;
    size_t bytes;
};

void sl_pool_open(struct sl_pool *pool, size_t record)
{
    *pool = (struct sl_pool){.record = (record + 15) & ~(size_t)15, .chunk = FIRST_CHUNK};
}

void sl_pool_close(struct sl_pool *pool)
{
    while (pool->chunks) {
        struct sl_pool_chunk *chunk = pool->chunks;

        pool->chunks = chunk->next;
        sl_hook_unpoison(chunk, chunk->bytes);
        sl_sys.unmap(chunk, chunk->bytes);
    }
    pool->free = NULL;
    pool->fresh = pool->fresh_end = NULL;
}

SL_NOINLINE void *sl_pool_grow(struct sl_pool *pool)
{
    void *record;

    if (pool->fresh == pool->fresh_end) {
        struct sl_pool_chunk *chunk = sl_sys.map(pool->chunk);
        size_t header = pool->record > 64 ? pool->record : 64;

        if (!chunk)
            return NULL;
        if (pool->chunk == LARGEST_CHUNK)
            sl_sys.advise(chunk, pool->chunk, MADV_HUGEPAGE);
        chunk->next = pool->chunks;
        chunk->bytes = pool->chunk;
        pool->chunks = chunk;
        pool->fresh = (char *)chunk + header;
        pool->fresh_end = pool->fresh + (pool->chunk - header) / pool->record * pool->record;
        if (pool->chunk < LARGEST_CHUNK)
            pool->chunk *= 2;
    }
    record = pool->fresh;
    pool->fresh += pool->record;
    return record;
}
