/* A record that was given back is a record still: a stale handle reads its generation there, and
 * the next taker gets the hottest one. */
#include "check.h"

#include "os/pool.h"

struct record {
    void *link[2];
    uint64_t generation;
    char rest[40];
};

TEST_PLAIN(a_record_given_back_keeps_its_generation)
{
    struct sl_pool pool;
    struct record *first, *second;

    sl_pool_open(&pool, sizeof(struct record));
    first = sl_pool_take(&pool);
    assert_non_null(first);
    assert_int_equal(first->generation, 0); /* zero when it is used for the first time */
    first->generation = 42;
    second = sl_pool_take(&pool);
    assert_ptr_not_equal(first, second);
    sl_pool_give(&pool, second);
    sl_pool_give(&pool, first);
    assert_ptr_equal(sl_pool_take(&pool), first); /* last in, first out */
    assert_int_equal(first->generation, 42);
    assert_ptr_equal(sl_pool_take(&pool), second);
    sl_pool_close(&pool);
    assert_null(pool.chunks);
}
