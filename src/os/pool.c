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
    sl_atomic_u64 taken; /* of a shared pool: records that were taken at least once */
};

void sl_pool_open(struct sl_pool *pool, size_t record)
{
    *pool = (struct sl_pool){.record = (record + 15) & ~(size_t)15, .chunk = FIRST_CHUNK};
}

void sl_pool_close(struct sl_pool *pool)
{
    struct sl_pool_chunk *chunk;

    while ((chunk = sl_load_relaxed(&pool->chunks))) {
        sl_store_relaxed(&pool->chunks, chunk->next);
        sl_hook_unpoison(chunk, chunk->bytes);
        sl_sys.unmap(chunk, chunk->bytes);
    }
    pool->free = pool->spare = NULL;
    pool->fresh = pool->fresh_end = NULL;
    pool->count = 0;
}

static size_t header_of(const struct sl_pool *pool)
{
    return pool->record > 64 ? pool->record : 64;
}

static bool add_chunk(struct sl_pool *pool)
{
    struct sl_pool_chunk *chunk = sl_sys.map(pool->chunk);
    size_t header = header_of(pool);

    if (!chunk)
        return false;
    if (pool->chunk == LARGEST_CHUNK)
        sl_sys.advise(chunk, pool->chunk, MADV_HUGEPAGE);
    chunk->next = sl_load_relaxed(&pool->chunks);
    chunk->bytes = pool->chunk;
    /* The header comes before: pairs with the load in sl_pool_each. */
    sl_store_release(&pool->chunks, chunk);
    pool->fresh = (char *)chunk + header;
    pool->fresh_end = pool->fresh + (pool->chunk - header) / pool->record * pool->record;
    if (pool->chunk < LARGEST_CHUNK)
        pool->chunk *= 2;
    return true;
}

SL_NOINLINE void *sl_pool_grow(struct sl_pool *pool)
{
    void *record;

    if (pool->fresh == pool->fresh_end && !add_chunk(pool))
        return NULL;
    record = pool->fresh;
    pool->fresh += pool->record;
    return record;
}

void sl_pool_depot_open(struct sl_pool_depot *depot)
{
    pthread_mutex_init(&depot->lock, NULL);
    sl_store_relaxed(&depot->batches, NULL);
}

void sl_pool_depot_close(struct sl_pool_depot *depot)
{
    pthread_mutex_destroy(&depot->lock);
    sl_store_relaxed(&depot->batches, NULL);
}

void sl_pool_share(struct sl_pool *pool, struct sl_pool_depot *depot)
{
    SL_CHECK(!sl_load_relaxed(&pool->chunks));
    pool->depot = depot;
}

static struct sl_pool_free *depot_take(struct sl_pool_depot *depot)
{
    struct sl_pool_free *batch;

    /* A hint: who takes fresh records must not come by the lock for each. An old answer costs at
     * worst a fresh record. */
    if (!sl_load_relaxed(&depot->batches))
        return NULL;
    pthread_mutex_lock(&depot->lock);
    batch = sl_load_relaxed(&depot->batches);
    if (batch)
        sl_store_relaxed(&depot->batches, batch->batch);
    pthread_mutex_unlock(&depot->lock);
    return batch;
}

/* A record for a pool whose `free` is empty. */
SL_NOINLINE void *sl_pool_refill(struct sl_pool *pool)
{
    struct sl_pool_free *batch = pool->spare;
    struct sl_pool_chunk *chunk;
    void *record;

    pool->spare = NULL;
    if (!batch)
        batch = depot_take(pool->depot);
    if (batch) {
        pool->free = batch->next;
        pool->count = SL_POOL_BATCH - 1;
        return batch;
    }
    record = sl_pool_grow(pool);
    if (record) {
        chunk = sl_load_relaxed(&pool->chunks); /* fresh records are the newest chunk's */
        /* Nothing was written to the record yet that who sees this would have to see, too. */
        sl_store_relaxed(&chunk->taken, sl_load_relaxed(&chunk->taken) + 1);
    }
    return record;
}

/* Makes `free` empty, which is a batch. The older one of two goes to the depot. */
SL_NOINLINE void sl_pool_set_aside(struct sl_pool *pool)
{
    struct sl_pool_depot *depot = pool->depot;
    struct sl_pool_free *batch = pool->spare;

    if (batch) {
        pthread_mutex_lock(&depot->lock);
        batch->batch = sl_load_relaxed(&depot->batches);
        sl_store_relaxed(&depot->batches, batch);
        pthread_mutex_unlock(&depot->lock);
    }
    pool->spare = pool->free;
    pool->free = NULL;
    pool->count = 0;
}

bool sl_pool_each(struct sl_pool *pool, bool (*visit)(void *record, void *arg), void *arg)
{
    /* Pairs with the store in add_chunk. `next` never changes after it. */
    struct sl_pool_chunk *chunk = sl_load_acquire(&pool->chunks);

    for (; chunk; chunk = chunk->next) {
        char *record = (char *)chunk + header_of(pool);
        uint64_t taken = sl_load_relaxed(&chunk->taken);

        for (uint64_t i = 0; i < taken; i++, record += pool->record)
            if (!visit(record, arg))
                return false;
    }
    return true;
}
