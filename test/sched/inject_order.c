/* Threads give to the injection queue while others take: each entry comes once, and those of one
 * giver, as far as one taker sees them, in order. A queue at rest is first in, first out. */
#include "check.h"

#include "sched/inject.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { GIVERS = 2, TAKERS = 2, BATCH = 5 };

static struct item {
    struct sl_entry entry;
    uint32_t giver;
    long number;
    sl_atomic_u32 taken;
} *items[GIVERS];
static long each;
static struct sl_inject inject;
static sl_atomic_u32 left;

static void *gives(void *arg)
{
    struct item *own = arg;
    struct sl_entry *batch[BATCH];

    for (long at = 0; at < each;) {
        uint32_t n = (uint32_t)(at % BATCH) + 1;

        for (uint32_t i = 0; i < n; i++)
            batch[i] = at + i < each ? &own[at + i].entry : NULL;
        while (!batch[n - 1])
            n--;
        sl_inject_give(&inject, batch, n);
        at += n;
    }
    return NULL;
}

static void *takes(void *arg)
{
    long last[GIVERS] = {-1, -1};
    uintptr_t wrong = 0;

    (void)arg;
    while (sl_load_relaxed(&left)) {
        struct sl_entry *taken[BATCH];
        uint32_t n = sl_inject_take(&inject, taken, BATCH, 1);

        for (uint32_t i = 0; i < n; i++) {
            struct item *item = SL_CONTAINER(taken[i], struct item, entry);

            wrong += item->number <= last[item->giver];
            last[item->giver] = item->number;
            wrong += sl_add_relaxed(&item->taken, 1) != 0;
        }
        sl_sub_acq_rel(&left, n); /* any order would do: it is only counted */
        if (!n)
            sched_yield();
    }
    return (void *)wrong;
}

static void at_rest(void)
{
    static struct sl_entry entries[6];
    struct sl_entry *in[6], *out[6];

    for (int i = 0; i < 6; i++)
        in[i] = &entries[i];
    assert_false(sl_inject_any(&inject));
    assert_int_equal(sl_inject_take(&inject, out, 6, 1), 0);
    sl_inject_give(&inject, in, 0);
    sl_inject_give(&inject, in, 3);
    assert_true(sl_inject_any(&inject));
    assert_int_equal(sl_inject_take(&inject, out, 1, 1), 1);
    sl_inject_give(&inject, in + 3, 1);
    sl_inject_give(&inject, in + 4, 2);
    assert_int_equal(sl_inject_take(&inject, out + 1, 2, 1), 2);
    assert_true(sl_inject_any(&inject));
    assert_int_equal(sl_inject_take(&inject, out + 3, 6, 1), 3);
    for (int i = 0; i < 6; i++)
        assert_ptr_equal(in[i], out[i]);
    assert_false(sl_inject_any(&inject));
}

TEST_PLAIN(inject_order)
{
    pthread_t givers[GIVERS], takers[TAKERS];

    at_rest();
    each = sl_test_slow() ? 5000 : 100000;
    sl_store_relaxed(&left, (uint32_t)(GIVERS * each));
    for (uint32_t i = 0; i < GIVERS; i++) {
        items[i] = calloc((size_t)each, sizeof **items);
        assert_non_null(items[i]);
        for (long j = 0; j < each; j++) {
            items[i][j].giver = i;
            items[i][j].number = j;
        }
    }
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&takers[i], NULL, takes, NULL), 0);
    for (int i = 0; i < GIVERS; i++)
        assert_int_equal(pthread_create(&givers[i], NULL, gives, items[i]), 0);
    for (int i = 0; i < GIVERS; i++)
        pthread_join(givers[i], NULL);
    for (int i = 0; i < TAKERS; i++) {
        void *wrong;

        pthread_join(takers[i], &wrong);
        assert_null(wrong);
    }
    for (int i = 0; i < GIVERS; i++)
        free(items[i]);
    assert_false(sl_inject_any(&inject));
}
