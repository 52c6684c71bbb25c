/* Other threads visit all records of a shared pool while its owner takes, gives and grows: every
 * record that was taken before a visit began, none twice, and none that was not carved yet. */
#include "check.h"

#include "os/pool.h"

#include <pthread.h>
#include <sched.h>

enum { VISITORS = 2, RECORD = 96 };

struct record {
    void *pools[2];
    sl_atomic_u64 number; /* 0: taken just now */
    char rest[RECORD - 24];
};

struct visit {
    uint64_t known;  /* records with a number up to this were there before */
    uint64_t seen;   /* of these */
    uint64_t all, largest, sum;
};

static struct sl_pool_depot depot;
static struct sl_pool pool;
static sl_atomic_u64 taken;
static sl_atomic_u32 over, gone, visited[VISITORS];
static uint64_t count;

static bool look(void *memory, void *arg)
{
    struct record *record = memory;
    struct visit *visit = arg;
    uint64_t number = sl_load_relaxed(&record->number);

    visit->all++;
    visit->seen += number >= 1 && number <= visit->known;
    visit->sum += number;
    if (number > visit->largest)
        visit->largest = number;
    return number <= count;
}

static bool first_only(void *record, void *arg)
{
    *(void **)arg = record;
    return false;
}

static char *visit_all(uint64_t *before)
{
    struct visit visit = {.known = sl_load_acquire(&taken)}; /* pairs with the owner's store */

    if (!sl_pool_each(&pool, look, &visit))
        return "what is no record";
    if (visit.seen != visit.known)
        return "not every record, or one twice";
    if (visit.all < *before || visit.all < visit.known || visit.all > count)
        return "too few or too many";
    *before = visit.all;
    return NULL;
}

static void *visits(void *arg)
{
    sl_atomic_u32 *often = arg;
    uint64_t before = 0;
    char *wrong;
    bool last;

    do {
        last = sl_load_acquire(&over); /* pairs with the store at the end */
        wrong = visit_all(&before);
        sl_store_relaxed(often, sl_load_relaxed(often) + 1);
    } while (!wrong && !last);
    sl_store_relaxed(&gone, 1);
    return wrong;
}

/* Until each has ended one more visit; or one found a fault. */
static void wait_for_visits(void)
{
    for (int i = 0; i < VISITORS; i++) {
        uint32_t before = sl_load_relaxed(&visited[i]);

        while (sl_load_relaxed(&visited[i]) == before && !sl_load_relaxed(&gone))
            sched_yield();
    }
}

TEST_PLAIN(records_are_visited_while_the_pool_grows)
{
    pthread_t threads[VISITORS];
    uint64_t number = 0;
    struct visit visit = {0};
    void *first = NULL;

    count = sl_test_slow() ? 5000 : 100000;
    sl_pool_depot_open(&depot);
    sl_pool_open(&pool, RECORD);
    sl_pool_share(&pool, &depot);
    assert_true(sl_pool_each(&pool, first_only, &first));
    assert_null(first);
    for (int i = 0; i < VISITORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visits, &visited[i]), 0);
    wait_for_visits();
    while (number < count) {
        struct record *record = sl_pool_take_shared(&pool), *again;

        assert_int_equal(sl_load_relaxed(&record->number), 0);
        sl_store_relaxed(&record->number, ++number);
        /* Pairs with the visitors' load. */
        sl_store_release(&taken, number);
        if (number % 3 == 0) { /* a free one is a record still */
            sl_pool_give_shared(&pool, record);
            again = sl_pool_take_shared(&pool);
            assert_ptr_equal(again, record);
        }
        if (number % (count / 5) == 0)
            wait_for_visits();
    }
    sl_store_release(&over, 1); /* pairs with the visitors' load */
    for (int i = 0; i < VISITORS; i++) {
        void *wrong;

        pthread_join(threads[i], &wrong);
        if (wrong)
            fail_msg("visited %s", (char *)wrong);
        assert_true(sl_load_relaxed(&visited[i]) >= 7);
    }
    visit.known = count;
    assert_true(sl_pool_each(&pool, look, &visit));
    assert_int_equal(visit.all, count);
    assert_int_equal(visit.seen, count);
    assert_int_equal(visit.sum, count * (count + 1) / 2);
    assert_false(sl_pool_each(&pool, first_only, &first));
    assert_non_null(first);
    sl_pool_close(&pool);
    sl_pool_depot_close(&depot);
}
