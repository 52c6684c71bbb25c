/* fiber/depot.h: stacks of several workers.
 *
 * The depot owns the slabs. Every credit, a worker's or nobody's, and every promise has a stack in
 * the depot that nobody else can have; the hot stacks that a worker keeps are beside these. So a
 * promise is kept wherever its task first runs: from the hot stacks of the worker there, and the
 * promise's stack has then become a credit of that worker, or else from the depot. The equation and
 * the proof are in README.md.
 *
 * Workers use the calls below instead of the ones in stack.h with the same names, but
 * sl_stacks_promise and sl_stacks_close, which are for both. */
#ifndef SL_FIBER_DEPOT_H
#define SL_FIBER_DEPOT_H

#include "fiber/stack.h"

#include <pthread.h>

/* One class in the depot. */
struct sl_stack_store {
    struct sl_stack_class class; /* its hot list: stacks that are in no batch */
    struct sl_stack *batches;    /* of hot stacks, by `batch` */
};

struct sl_stacks_depot {
    pthread_mutex_t lock;
    uint32_t colour;
    struct sl_stack_store stores[SL_STACK_CLASSES];
};

void sl_stacks_depot_open(struct sl_stacks_depot *depot);
/* Unmaps everything; no stack may be in use, and the workers' stacks are closed. */
void sl_stacks_depot_close(struct sl_stacks_depot *depot);
/* Stacks that have memory, of all workers. Any thread. */
uint64_t sl_stacks_depot_bound(struct sl_stacks_depot *depot);

/* Joins a worker's stacks, which are zero. */
void sl_stacks_share(struct sl_stacks *stacks, struct sl_stacks_depot *depot);
/* The other way: for sl_stacks_close. */
void sl_stacks_leave(struct sl_stacks *stacks);

int sl_stacks_draw(struct sl_stacks *stacks, unsigned class);
void sl_stacks_return(struct sl_stacks *stacks, unsigned class);
struct sl_stack *sl_stacks_fetch(struct sl_stacks *stacks, unsigned class);
void sl_stacks_set_aside(struct sl_stacks *stacks, unsigned class);

/* A promise, wherever it was made, becomes a credit of this worker. */
SL_INLINE void sl_stacks_unpromise_shared(struct sl_stacks *stacks, unsigned class)
{
    if (SL_UNLIKELY(++stacks->classes[class].credits == 2 * stacks->shares[class].batch))
        sl_stacks_return(stacks, class);
}

/* Keeps a promise, wherever it was made. Never fails. */
SL_INLINE struct sl_stack *sl_stacks_bind_shared(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stack *stack = stacks->classes[class].hot;

    if (SL_UNLIKELY(!stack))
        return sl_stacks_fetch(stacks, class);
    stacks->classes[class].hot = stack->next;
    stacks->shares[class].hot--;
    /* What stands behind the promise in the depot was not needed. */
    sl_stacks_unpromise_shared(stacks, class);
    return stack;
}

/* Back to this worker's hot list. Its owner may still be running on it: what goes to the depot
 * meanwhile, where others find it, is older. Until it has switched away this worker must not give
 * another one, promise or close. */
SL_INLINE void sl_stacks_give_shared(struct sl_stacks *stacks, struct sl_stack *stack)
{
    struct sl_stack_class *class = &stacks->classes[stack->class];
    struct sl_stack_share *share = &stacks->shares[stack->class];

    if (SL_UNLIKELY(share->hot == share->batch))
        sl_stacks_set_aside(stacks, stack->class);
    stack->next = class->hot;
    class->hot = stack;
    share->hot++;
}

#endif
