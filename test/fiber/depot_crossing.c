/* Threads promise, and bind, hand round and give what any of them promised: no stack has two
 * owners, none is lost, and few slabs are bought. */
#include "check.h"

#include "base/atomic.h"
#include "base/rng.h"
#include "fiber/depot.h"
#include "os/sys.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 4, PLACES = 256, CLASS = 4 };

static struct sl_stacks_depot depot;
static sl_atomic_ptr places[PLACES]; /* NULL, a promise or a stack */
static char a_promise;
static sl_atomic_u32 maps, wrong;
static long rounds;
static void *(*real_map)(size_t bytes);

static void *map(size_t bytes)
{
    sl_add_relaxed(&maps, 1);
    return real_map(bytes);
}

static void expect(bool right)
{
    if (!right)
        sl_store_relaxed(&wrong, 1);
}

/* As a fiber would: it runs here for the first time. */
static struct sl_stack *begin(struct sl_stacks *own)
{
    struct sl_stack *stack = sl_stacks_bind_shared(own, CLASS);

    expect(!stack->error);
    stack->error = stack;
    memset(sl_stack_top(stack) - 256, 1, 256);
    return stack;
}

static void end(struct sl_stacks *own, struct sl_stack *stack)
{
    expect(stack->error == stack);
    stack->error = NULL;
    sl_stacks_give_shared(own, stack);
}

static void *works(void *arg)
{
    struct sl_stacks own = {0};
    struct sl_rng rng = {(uintptr_t)arg};

    sl_stacks_share(&own, &depot);
    for (long i = 0; i < rounds; i++) {
        sl_atomic_ptr *place = &places[sl_rng_next(&rng) % PLACES];
        void *item = sl_exchange_acq_rel(place, NULL); /* pairs with the exchange below */

        if (!item) {
            expect(sl_stacks_promise(&own, CLASS) == 0);
            item = &a_promise;
        } else if (item != &a_promise) {
            end(&own, item);
            continue;
        } else if (sl_rng_next(&rng) % 8 == 0) {
            sl_stacks_unpromise_shared(&own, CLASS);
            continue;
        } else {
            item = begin(&own);
        }
        item = sl_exchange_acq_rel(place, item); /* pairs with the exchange above */
        if (item == &a_promise)
            item = begin(&own);
        if (item)
            end(&own, item);
    }
    sl_stacks_close(&own);
    return NULL;
}

TEST_PLAIN(no_stack_is_lost_or_has_two_owners)
{
    size_t a_slab = SL_STACK_SLAB_BYTES / sl_stack_class_size(CLASS);
    struct sl_stacks own = {0};
    pthread_t threads[THREADS];

    rounds = sl_test_slow() ? 40000 : 500000;
    real_map = sl_sys.map;
    sl_sys.map = map;
    sl_stacks_depot_open(&depot);
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, works, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    sl_stacks_share(&own, &depot);
    for (int i = 0; i < PLACES; i++) {
        void *item = sl_load_relaxed(&places[i]);

        if (item)
            end(&own, item == &a_promise ? begin(&own) : item);
    }
    sl_stacks_close(&own);
    assert_int_equal(sl_load_relaxed(&wrong), 0);
    /* In places and hands, and two batches of stacks and of credits each. */
    assert_in_range(sl_load_relaxed(&maps), 1,
                    (PLACES + THREADS * (2 + 4 * 32) + a_slab - 1) / a_slab);
    assert_int_equal(depot.stores[CLASS].class.credits, sl_load_relaxed(&maps) * a_slab);
    sl_stacks_depot_close(&depot);
    sl_sys.map = real_map;
}
