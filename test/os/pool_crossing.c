/* Threads take records, hand them round and give whatever they were handed: no record has two
 * owners at a time, and at the end every one that exists is free once. */
#include "check.h"

#include "base/rng.h"
#include "os/pool.h"

#include <pthread.h>

enum { THREADS = 4, PLACES = 512 };

struct record {
    void *pools[2];
    sl_atomic_u64 used;
    uint64_t free; /* how often it was found among the free ones */
};

static struct sl_pool_depot depot;
static struct sl_pool pools[THREADS];
static sl_atomic_ptr places[PLACES];
static long rounds;
static sl_atomic_u32 wrong;

static void give(struct sl_pool *pool, struct record *record)
{
    if (sl_exchange_acq_rel(&record->used, 0) != 1) /* pairs with itself */
        sl_store_relaxed(&wrong, 1);
    sl_pool_give_shared(pool, record);
}

static void *hands_round(void *arg)
{
    struct sl_pool *pool = arg;
    struct sl_rng rng = {(uint64_t)(pool - pools)};
    uint64_t bursts = 0;

    for (long i = 0; i < rounds; i++) {
        struct record *record;

        if (i % 256 == 0)
            bursts = sl_rng_next(&rng); /* now it mostly takes, now it mostly gives */
        record = NULL;
        if (sl_rng_next(&rng) % 8 < (bursts & 1 ? 6 : 2)) {
            record = sl_pool_take_shared(pool);
            /* Both pair with themselves. */
            if (!record || sl_exchange_acq_rel(&record->used, 1) != 0)
                sl_store_relaxed(&wrong, 1);
        }
        record = sl_exchange_acq_rel(&places[sl_rng_next(&rng) % PLACES], record);
        if (record)
            give(pool, record);
    }
    return NULL;
}

static unsigned found(struct sl_pool_free *free)
{
    unsigned n = 0;

    for (; free; free = free->next, n++)
        ((struct record *)(void *)free)->free++;
    return n;
}

static bool free_once(void *memory, void *arg)
{
    struct record *record = memory;

    ++*(unsigned *)arg;
    return record->free == 1 && sl_load_relaxed(&record->used) == 0;
}

TEST_PLAIN(no_record_is_lost_or_has_two_owners)
{
    pthread_t threads[THREADS];
    unsigned exist = 0, free = 0;

    rounds = sl_test_slow() ? 40000 : 1000000;
    sl_pool_depot_open(&depot);
    for (int i = 0; i < THREADS; i++) {
        sl_pool_open(&pools[i], sizeof(struct record));
        sl_pool_share(&pools[i], &depot);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hands_round, &pools[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PLACES; i++)
        if (sl_load_relaxed(&places[i]))
            give(&pools[0], sl_load_relaxed(&places[i]));
    assert_int_equal(sl_load_relaxed(&wrong), 0);

    for (struct sl_pool_free *batch = sl_load_relaxed(&depot.batches); batch; batch = batch->batch)
        free += found(batch);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(found(pools[i].free), pools[i].count);
        free += pools[i].count + found(pools[i].spare);
    }
    for (int i = 0; i < THREADS; i++)
        assert_true(sl_pool_each(&pools[i], free_once, &exist));
    assert_int_equal(free, exist);
    /* In use at a time, and what the pools may keep. */
    assert_in_range(exist, 1, PLACES + 2 * THREADS + (2 * THREADS + 2) * SL_POOL_BATCH);
    for (int i = 0; i < THREADS; i++)
        sl_pool_close(&pools[i]);
    sl_pool_depot_close(&depot);
}
