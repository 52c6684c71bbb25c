/* Thousands of records: aligned, distinct, and from few mappings; without memory: NULL, and the
 * pool goes on afterwards. */
#include "check.h"

#include "os/pool.h"
#include "os/sys.h"

#include <string.h>

static void *(*real_map)(size_t bytes);
static unsigned maps, refuse;

static void *map(size_t bytes)
{
    maps++;
    return refuse ? NULL : real_map(bytes);
}

TEST_PLAIN(a_pool_grows_by_chunks_and_answers_null_without_memory)
{
    enum { N = 20000 };
    static char *records[N];
    struct sl_pool pool;
    unsigned refused = 0;

    real_map = sl_sys.map;
    sl_sys.map = map;
    sl_pool_open(&pool, 100);
    refuse = 1;
    assert_null(sl_pool_take(&pool));
    refuse = 0;
    for (int i = 0; i < N; i++) {
        refuse = i == N / 2;
        records[i] = sl_pool_take(&pool);
        refused += !records[i];
        refuse = 0;
        if (!records[i])
            records[i] = sl_pool_take(&pool);
        assert_non_null(records[i]);
        assert_int_equal((uintptr_t)records[i] % 16, 0);
        memset(records[i], i & 255, 100);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < 100; j++)
            assert_int_equal((unsigned char)records[i][j], i & 255);
    assert_true(maps < 12);
    assert_true(refused <= 1);
    sl_pool_close(&pool);
    sl_sys.map = real_map;
}
