/* Workers that share stacks: whatever they promise, bind, give and take back, wherever, with memory
 * and without, every credit and every promise has a stack in the depot (src/fiber/README.md). */
#include "check.h"

#include "base/rng.h"
#include "fiber/depot.h"
#include "os/sys.h"

enum { WORKERS = 3, MOST = 600, STEPS = 30000 };

static struct sl_stacks_depot depot;
static struct sl_stacks workers[WORKERS];
static struct sl_stack *running[MOST];
static unsigned promised, runs, refused, slabs, class, batch_size, most_slabs;
static void *(*real_map)(size_t bytes);

static void *map(size_t bytes)
{
    if (slabs == most_slabs)
        return NULL;
    slabs++;
    return real_map(bytes);
}

static uint32_t length(const struct sl_stack *stack)
{
    uint32_t n = 0;

    for (; stack; stack = stack->next)
        n++;
    return n;
}

static void check_the_equation(void)
{
    struct sl_stack_store *store = &depot.stores[class];
    uint32_t exist = slabs * (uint32_t)(SL_STACK_SLAB_BYTES / sl_stack_class_size(class));
    uint32_t hot = length(store->class.hot), kept = 0, credits = store->class.credits;
    uint32_t fresh = exist - store->class.bound;

    for (struct sl_stack *batch = store->batches; batch; batch = batch->batch) {
        assert_int_equal(length(batch), batch_size);
        hot += batch_size;
    }
    for (int i = 0; i < WORKERS; i++) {
        struct sl_stack_class *own = &workers[i].classes[class];
        struct sl_stack_share *share = &workers[i].shares[class];

        assert_int_equal(length(own->hot), share->hot);
        assert_in_range(share->hot, 0, batch_size);
        assert_true(!share->spare || length(share->spare) == batch_size);
        assert_true(own->credits < 2 * batch_size);
        kept += share->hot + length(share->spare);
        credits += own->credits;
    }
    assert_true(store->class.credits <= exist);
    assert_int_equal(credits + promised, hot + fresh);
    assert_int_equal(hot + fresh + kept + runs, exist);
}

static void promise(struct sl_stacks *worker)
{
    if (sl_stacks_promise(worker, class) == 0) {
        promised++;
        return;
    }
    assert_int_equal(slabs, most_slabs);
    assert_int_equal(depot.stores[class].class.credits, 0);
    assert_null(worker->classes[class].hot);
    assert_null(worker->shares[class].spare);
    refused++;
}

static void begin(struct sl_stacks *worker)
{
    struct sl_stack *stack = sl_stacks_bind_shared(worker, class);

    assert_non_null(stack);
    assert_null(stack->error); /* nobody runs on it */
    stack->error = stack;
    running[runs++] = stack;
    promised--;
}

static void end(struct sl_stacks *worker, unsigned which)
{
    struct sl_stack *stack = running[which];

    running[which] = running[--runs];
    stack->error = NULL;
    sl_stacks_give_shared(worker, stack);
    /* It may be run on until the worker has switched: no other worker may find it. */
    assert_ptr_equal(worker->classes[class].hot, stack);
}

static void walk(struct sl_rng *rng)
{
    uint64_t drift = 0;

    for (unsigned i = 0; i < STEPS; i++) {
        struct sl_stacks *worker = &workers[sl_rng_next(rng) % WORKERS];
        uint64_t what = sl_rng_next(rng) % 16;

        if (i % 128 == 0)
            drift = sl_rng_next(rng) % 3; /* fills, drains, or neither */
        if (what == 0 && promised) {
            sl_stacks_unpromise_shared(worker, class);
            promised--;
        } else if (what < (drift == 0 ? 9 : 6)) {
            if (promised + runs < MOST)
                promise(worker);
        } else if (what < 11 && promised) {
            begin(worker);
        } else if (runs && drift) {
            end(worker, (unsigned)(sl_rng_next(rng) % runs));
        }
        check_the_equation();
    }
}

TEST_PLAIN(every_promise_has_a_stack_in_the_depot)
{
    static const struct {
        unsigned class, batch, slabs;
    } cases[] = {{4, 32, ~0u}, {4, 32, 1}, {6, 8, ~0u}, {6, 8, 3}, {9, 1, ~0u}, {9, 1, 20}};
    struct sl_rng rng = {0};

    real_map = sl_sys.map;
    sl_sys.map = map;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bound;

        class = cases[i].class;
        batch_size = cases[i].batch;
        most_slabs = cases[i].slabs;
        slabs = refused = 0;
        sl_stacks_depot_open(&depot);
        for (int j = 0; j < WORKERS; j++)
            sl_stacks_share(&workers[j], &depot);
        assert_int_equal(workers[0].shares[class].batch, batch_size);
        walk(&rng);
        assert_int_equal(refused > 0, most_slabs != ~0u);
        bound = sl_stacks_depot_bound(&depot);
        assert_in_range(bound, 1, MOST + WORKERS * 2 * batch_size);
        while (runs)
            end(&workers[0], 0);
        for (int j = 0; j < WORKERS; j++) {
            sl_stacks_close(&workers[j]);
            assert_null(workers[j].depot);
        }
        for (; promised; promised--) /* who made them does not matter */
            depot.stores[class].class.credits++;
        check_the_equation();
        assert_int_equal(sl_stacks_depot_bound(&depot), bound);
        sl_stacks_depot_close(&depot);
    }
    sl_sys.map = real_map;
}
