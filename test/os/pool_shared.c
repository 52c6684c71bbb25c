/* Pools that share a depot: what one takes another may be given; free records travel in batches,
 * and a pool grows only when there is none. The bytes of a free record stay as they were. */
#include "check.h"

#include "os/pool.h"
#include "os/sys.h"

struct record {
    void *pools[2];
    uint64_t generation;
    char rest[40];
};

enum { BATCH = SL_POOL_BATCH, N = 4 * BATCH };

static struct sl_pool_depot depot;
static struct sl_pool taker, giver;
static struct record *records[N];

static void *no_map(size_t bytes)
{
    (void)bytes;
    return NULL;
}

static void goes_round(void)
{
    char *fresh;

    for (int i = 0; i < N; i++) {
        records[i] = sl_pool_take_shared(&taker);
        assert_non_null(records[i]);
        assert_int_equal(records[i]->generation, 0); /* used for the first time */
        records[i]->generation = (uint64_t)i + 1;
    }
    for (int i = 0; i < N; i++) {
        sl_pool_give_shared(&giver, records[i]);
        assert_true(giver.count >= 1 && giver.count <= BATCH);
        assert_int_equal(records[i]->generation, i + 1); /* anybody may look */
    }
    assert_null(sl_load_relaxed(&giver.chunks));
    fresh = taker.fresh;
    for (int i = 0; i < 2 * BATCH; i++) {
        struct record *record = sl_pool_take_shared(&taker);

        assert_true(record->generation >= 1 && record->generation <= N);
        assert_ptr_equal(record, records[record->generation - 1]);
        record->generation = 0; /* not twice */
    }
    assert_ptr_equal(taker.fresh, fresh);
    assert_null(sl_load_relaxed(&depot.batches));
    sl_pool_take_shared(&taker); /* two batches are the giver's own */
    assert_ptr_not_equal(taker.fresh, fresh);
    for (int i = 0; i < 2 * BATCH; i++) {
        struct record *record = sl_pool_take_shared(&giver);

        assert_ptr_equal(record, records[N - 1 - i]); /* last in, first out */
        assert_int_equal(record->generation, N - i);
    }
    assert_null(sl_load_relaxed(&giver.chunks));
}

static void without_memory(void)
{
    void *(*map)(size_t bytes) = sl_sys.map;
    struct record *record;

    sl_sys.map = no_map;
    assert_null(sl_pool_take_shared(&giver));
    assert_null(sl_pool_take_shared(&giver));
    sl_pool_give_shared(&giver, records[0]);
    assert_ptr_equal(sl_pool_take_shared(&giver), records[0]);
    sl_sys.map = map;
    record = sl_pool_take_shared(&giver);
    assert_non_null(record);
    assert_int_equal(record->generation, 0);
    assert_non_null(sl_load_relaxed(&giver.chunks));
}

TEST_PLAIN(records_travel_between_pools_in_batches)
{
    sl_pool_depot_open(&depot);
    sl_pool_open(&taker, sizeof(struct record));
    sl_pool_open(&giver, sizeof(struct record));
    sl_pool_share(&taker, &depot);
    sl_pool_share(&giver, &depot);
    goes_round();
    without_memory();
    sl_pool_close(&taker);
    sl_pool_close(&giver);
    sl_pool_depot_close(&depot);
    assert_null(sl_load_relaxed(&giver.chunks));
}
