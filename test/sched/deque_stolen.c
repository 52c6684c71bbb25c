/* Threads steal from an owner that pushes and pops: every entry is run once, and each thread sees
 * entries in the order in which they were pushed. */
#include "check.h"

#include "sched/deque.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { THIEVES = 3 };

static struct item {
    struct sl_entry entry;
    long number;
    sl_atomic_u32 runs;
} *items;
static long items_count;
static struct sl_deque deque;
static sl_atomic_u32 done;

/* Returns false if it came before one that was pushed earlier. */
static bool runs(struct sl_entry *entry, long *last)
{
    struct item *item = SL_CONTAINER(entry, struct item, entry);
    bool in_order = item->number > *last;

    *last = item->number;
    sl_add_relaxed(&item->runs, 1);
    return in_order;
}

static void *steals(void *arg)
{
    static struct sl_deque own[THIEVES];
    struct sl_deque *mine = &own[(uintptr_t)arg];
    struct sl_entry *entry;
    uintptr_t wrong = 0, stolen = 0;
    long last = -1;

    for (;;) {
        bool over = sl_load_acquire(&done); /* pairs with the owner's store: then it is empty */

        if (!(entry = sl_deque_steal(&deque, mine))) {
            if (over)
                break;
            sched_yield();
            continue;
        }
        do {
            wrong += !runs(entry, &last);
            stolen++;
        } while ((entry = sl_deque_pop(mine)));
    }
    return (void *)(wrong ? UINTPTR_MAX : stolen);
}

TEST_PLAIN(deque_stolen)
{
    pthread_t threads[THIEVES];
    struct sl_entry *entry;
    long last = -1, pushed = 0;
    uintptr_t stolen = 0;

    items_count = sl_test_slow() ? 20000 : 500000;
    items = calloc((size_t)items_count, sizeof *items);
    assert_non_null(items);
    for (uintptr_t i = 0; i < THIEVES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, steals, (void *)i), 0);
    while (pushed < items_count) {
        items[pushed].number = pushed;
        if (sl_deque_push(&deque, &items[pushed].entry))
            pushed++;
        else if (pushed % 3 == 0)
            sched_yield(); /* only thieves make room */
        else if ((entry = sl_deque_pop(&deque)))
            assert_true(runs(entry, &last));
        if (pushed % 7 == 0 && (entry = sl_deque_pop(&deque)))
            assert_true(runs(entry, &last));
    }
    while ((entry = sl_deque_pop(&deque)))
        assert_true(runs(entry, &last));
    sl_store_release(&done, 1); /* pairs with the thieves' load */
    for (int i = 0; i < THIEVES; i++) {
        void *result;

        pthread_join(threads[i], &result);
        assert_true((uintptr_t)result != UINTPTR_MAX);
        stolen += (uintptr_t)result;
    }
    for (long i = 0; i < items_count; i++)
        assert_int_equal(sl_load_relaxed(&items[i].runs), 1);
    assert_true(stolen <= (uintptr_t)items_count);
    free(items);
}
