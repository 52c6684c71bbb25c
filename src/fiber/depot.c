#include "fiber/depot.h"

/* A worker keeps two batches of hot stacks and nearly two of credits: half a slab at most. */
#define LARGEST_BATCH 32

static uint32_t batch_of(unsigned class)
{
    size_t batch = SL_STACK_SLAB_BYTES / 8 / sl_stack_class_size(class);

    if (batch > LARGEST_BATCH)
        return LARGEST_BATCH;
    return batch ? (uint32_t)batch : 1;
}

void sl_stacks_depot_open(struct sl_stacks_depot *depot)
{
    *depot = (struct sl_stacks_depot){.colour = 0};
    pthread_mutex_init(&depot->lock, NULL);
}

void sl_stacks_depot_close(struct sl_stacks_depot *depot)
{
    for (int class = 0; class < SL_STACK_CLASSES; class ++) {
        struct sl_stack_store *store = &depot->stores[class];

        while (store->batches) {
            struct sl_stack *batch = store->batches;

            store->batches = batch->batch;
            sl_stack_list_close(batch);
        }
        sl_stack_class_close(&store->class);
    }
    pthread_mutex_destroy(&depot->lock);
    *depot = (struct sl_stacks_depot){.colour = 0};
}

uint64_t sl_stacks_depot_bound(struct sl_stacks_depot *depot)
{
    uint64_t bound = 0;

    pthread_mutex_lock(&depot->lock);
    for (int class = 0; class < SL_STACK_CLASSES; class ++)
        bound += depot->stores[class].class.bound;
    pthread_mutex_unlock(&depot->lock);
    return bound;
}

void sl_stacks_share(struct sl_stacks *stacks, struct sl_stacks_depot *depot)
{
    stacks->depot = depot;
    for (unsigned class = 0; class < SL_STACK_CLASSES; class ++)
        stacks->shares[class].batch = batch_of(class);
}

/* A batch of hot stacks becomes the depot's, which is worth as many credits. Under the lock. */
static void put_batch(struct sl_stack_store *store, struct sl_stack *batch, uint32_t count)
{
    batch->batch = store->batches;
    store->batches = batch;
    store->class.credits += count;
}

/* The same for all the hot stacks of a worker. Under the lock. */
static void put_hot(struct sl_stack_store *store, struct sl_stack_class *own,
                    struct sl_stack_share *share)
{
    if (share->spare)
        put_batch(store, share->spare, share->batch);
    share->spare = NULL;
    while (own->hot) {
        struct sl_stack *stack = own->hot;

        own->hot = stack->next;
        stack->next = store->class.hot;
        store->class.hot = stack;
        store->class.credits++;
    }
    share->hot = 0;
}

void sl_stacks_leave(struct sl_stacks *stacks)
{
    struct sl_stacks_depot *depot = stacks->depot;

    pthread_mutex_lock(&depot->lock);
    for (int class = 0; class < SL_STACK_CLASSES; class ++) {
        struct sl_stack_class *own = &stacks->classes[class];

        put_hot(&depot->stores[class], own, &stacks->shares[class]);
        depot->stores[class].class.credits += own->credits;
        own->credits = 0;
    }
    pthread_mutex_unlock(&depot->lock);
}

/* Credits for a worker that has none. Buys a slab only if there is nothing to be had but the hot
 * stacks at hand, and falls back on these if it cannot. The running stack is not among them: who
 * asks has not ended. */
int sl_stacks_draw(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stacks_depot *depot = stacks->depot;
    struct sl_stack_store *store = &depot->stores[class];
    struct sl_stack_share *share = &stacks->shares[class];
    uint32_t credits;
    int rc = 0;

    pthread_mutex_lock(&depot->lock);
    if (!store->class.credits && share->spare) {
        put_batch(store, share->spare, share->batch);
        share->spare = NULL;
    }
    if (!store->class.credits && (rc = sl_stack_class_buy(&store->class, class)) < 0)
        put_hot(store, &stacks->classes[class], share);
    credits = store->class.credits < share->batch ? store->class.credits : share->batch;
    store->class.credits -= credits;
    pthread_mutex_unlock(&depot->lock);
    stacks->classes[class].credits = credits;
    return credits ? 0 : rc;
}

/* A batch of credits that this worker has too many. */
SL_NOINLINE void sl_stacks_return(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stacks_depot *depot = stacks->depot;
    uint32_t batch = stacks->shares[class].batch;

    stacks->classes[class].credits -= batch;
    pthread_mutex_lock(&depot->lock);
    depot->stores[class].class.credits += batch;
    pthread_mutex_unlock(&depot->lock);
}

/* The stack behind a promise, and a batch of others with it if nobody is entitled to them. NULL:
 * only fresh ones are left. Under the lock. */
static struct sl_stack *take_hot(struct sl_stack_store *store, struct sl_stack_class *own,
                                 struct sl_stack_share *share)
{
    struct sl_stack *stack = store->batches;

    if (stack && store->class.credits >= share->batch - 1) {
        store->batches = stack->batch;
        store->class.credits -= share->batch - 1;
        own->hot = stack->next;
        share->hot = share->batch - 1;
        return stack;
    }
    if (stack && !store->class.hot) {
        store->batches = stack->batch;
        store->class.hot = stack;
    }
    stack = store->class.hot;
    if (stack)
        store->class.hot = stack->next;
    return stack;
}

/* A stack for a worker whose hot list is empty. */
SL_NOINLINE struct sl_stack *sl_stacks_fetch(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stacks_depot *depot = stacks->depot;
    struct sl_stack_store *store = &depot->stores[class];
    struct sl_stack_class *own = &stacks->classes[class];
    struct sl_stack_share *share = &stacks->shares[class];
    struct sl_stack *stack = share->spare;
    uint32_t colour;
    char *base;

    if (stack) {
        share->spare = NULL;
        own->hot = stack;
        share->hot = share->batch;
        return sl_stacks_bind_shared(stacks, class);
    }
    pthread_mutex_lock(&depot->lock);
    stack = take_hot(store, own, share);
    if (stack) {
        pthread_mutex_unlock(&depot->lock);
        return stack;
    }
    base = sl_stack_class_carve(&store->class, class); /* the promise says that there is one */
    colour = depot->colour++;
    pthread_mutex_unlock(&depot->lock);
    /* Faults and system calls: not under the lock. */
    return sl_stack_lay(base, class, colour);
}

/* Makes the hot list empty, which is a batch. The older one of two goes to the depot. */
SL_NOINLINE void sl_stacks_set_aside(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stacks_depot *depot = stacks->depot;
    struct sl_stack_share *share = &stacks->shares[class];

    if (share->spare) {
        pthread_mutex_lock(&depot->lock);
        put_batch(&depot->stores[class], share->spare, share->batch);
        pthread_mutex_unlock(&depot->lock);
    }
    share->spare = stacks->classes[class].hot;
    stacks->classes[class].hot = NULL;
    share->hot = 0;
}
