/* One thread takes records for ever, another gives them back: as many exist as are in use at a
 * time, and a few batches. */
#include "check.h"

#include "os/pool.h"

#include <pthread.h>
#include <sched.h>

struct record {
    void *pools[2];
    long number;
    char rest[40];
};

enum { ON_THE_WAY = 1024 };

static struct sl_pool_depot depot;
static struct sl_pool taker, giver;
static sl_atomic_ptr way[ON_THE_WAY];
static long count;

static void *gives(void *arg)
{
    for (long i = 0; i < count; i++) {
        struct record *record;

        /* Pairs with the taker's store, and with its load of NULL. */
        while (!(record = sl_load_acquire(&way[i % ON_THE_WAY])))
            sched_yield();
        if (record->number != i)
            return "another record than was sent";
        record->number = -1;
        sl_store_release(&way[i % ON_THE_WAY], NULL);
        sl_pool_give_shared(&giver, record);
    }
    return arg;
}

static bool counts(void *record, void *arg)
{
    (void)record;
    ++*(unsigned *)arg;
    return true;
}

TEST_PLAIN(a_pool_that_only_takes_does_not_grow_for_ever)
{
    pthread_t thread;
    unsigned exist = 0;
    void *wrong;

    count = sl_test_slow() ? 100000 : 1000000;
    sl_pool_depot_open(&depot);
    sl_pool_open(&taker, sizeof(struct record));
    sl_pool_open(&giver, sizeof(struct record));
    sl_pool_share(&taker, &depot);
    sl_pool_share(&giver, &depot);
    assert_int_equal(pthread_create(&thread, NULL, gives, NULL), 0);
    for (long i = 0; i < count; i++) {
        struct record *record = sl_pool_take_shared(&taker);

        assert_non_null(record);
        record->number = i;
        /* Pairs with the giver's store of NULL and with its load. */
        while (sl_load_acquire(&way[i % ON_THE_WAY]))
            sched_yield();
        sl_store_release(&way[i % ON_THE_WAY], record);
    }
    pthread_join(thread, &wrong);
    assert_null(wrong);
    assert_true(sl_pool_each(&taker, counts, &exist));
    assert_true(sl_pool_each(&giver, counts, &exist));
    assert_in_range(exist, 1, ON_THE_WAY + 4 * SL_POOL_BATCH);
    sl_pool_close(&taker);
    sl_pool_close(&giver);
    sl_pool_depot_close(&depot);
}
