/* fiber/stack.h: stacks from slabs of address space, bound when a fiber first runs.
 *
 * Creating a task takes a credit (a promise of a stack: address space that is mapped already), so
 * that the spawner hears of -ENOMEM. The first run binds: it takes the hottest free stack, or a
 * fresh one, whose guard is put in place then. The end of a fiber gives the stack back to the hot
 * list, its memory kept. */
#ifndef SL_FIBER_STACK_H
#define SL_FIBER_STACK_H

#include "base/list.h"
#include "os/hooks.h"

struct sl_fiber;

#define SL_STACK_SMALLEST ((size_t)16 << 10)
#define SL_STACK_CLASSES 16 /* 16 KiB ... 512 MiB, powers of two */
#define SL_STACK_SLAB_BYTES ((size_t)64 << 20) /* or one stack, if that is larger */

/* Lies at the top of the stack that it describes, a few cache lines below the end (coloured). */
struct sl_stack {
    struct sl_stack *next;    /* in the hot list */
    char *base;               /* the lowest byte, the guard's first */
    void *error;              /* the task's current detail: struct sley_error */
    void *nested;             /* the generator that runs on it, or NULL */
    void *home;               /* struct sley_loop: the one that its fiber stays on, or any of its
                                 runtime's */
    uint32_t class;
    union {
        struct {
            uint16_t canary;  /* 1: the guard could not be made, the lowest word is a canary */
            uint16_t lent;    /* 1: somebody wants to know whether the fiber here has ended */
        };
        uint32_t watched;     /* both: there is something to do when a fiber ends */
    };
    uint32_t ended;           /* how many fibers have ended here of which somebody wanted to know */
    struct sl_hook_fiber hook;
    struct sl_stack *batch;   /* of the first of a batch in a depot: the next one's */
};

struct sl_stack_slab;

struct sl_stack_class {
    struct sl_stack *hot;     /* free and bound to memory */
    uint32_t credits;         /* stacks that nobody has been promised */
    uint32_t bound;           /* stacks that have memory */
    struct sl_stack_slab *slabs;   /* oldest first */
    struct sl_stack_slab *filling; /* the first that has fresh stacks */
};

struct sl_stacks_depot;

/* What a class has beside, if its stacks are shared: depot.h. Not in sl_stack_class, whose size the
 * one loop's index into the classes is made of. */
struct sl_stack_share {
    struct sl_stack *spare;   /* a batch of hot stacks, or NULL */
    uint32_t hot;             /* stacks in the class's `hot`, a batch at most */
    uint32_t batch;           /* how many stacks or credits travel together */
};

struct sl_stacks {
    struct sl_stack_class classes[SL_STACK_CLASSES];
    uint32_t colour;
    void *home;               /* of each fresh one */
    struct sl_stacks_depot *depot; /* NULL: one loop's */
    struct sl_stack_share shares[SL_STACK_CLASSES];
};

/* The class of a size (rounded up), or -EINVAL for one that is too large. */
int sl_stack_class_of(size_t size);
size_t sl_stack_class_size(unsigned class);

int sl_stacks_buy(struct sl_stacks *stacks, unsigned class);
/* Takes a credit: 0 or -ENOMEM. One loop's stacks or shared ones. */
SL_INLINE int sl_stacks_promise(struct sl_stacks *stacks, unsigned class)
{
    if (SL_UNLIKELY(stacks->classes[class].credits == 0)) {
        int rc = sl_stacks_buy(stacks, class);

        if (rc < 0)
            return rc;
    }
    stacks->classes[class].credits--;
    return 0;
}
SL_INLINE void sl_stacks_unpromise(struct sl_stacks *stacks, unsigned class)
{
    stacks->classes[class].credits++;
}

struct sl_stack *sl_stacks_fresh(struct sl_stacks *stacks, unsigned class);
/* Turns a credit into a stack. Never fails. */
SL_INLINE struct sl_stack *sl_stacks_bind(struct sl_stacks *stacks, unsigned class)
{
    struct sl_stack *stack = stacks->classes[class].hot;

    if (SL_UNLIKELY(!stack))
        return sl_stacks_fresh(stacks, class);
    stacks->classes[class].hot = stack->next;
    return stack;
}
/* Back to the hot list, and the credit with it. Its owner may still be running on it. */
SL_INLINE void sl_stacks_give(struct sl_stacks *stacks, struct sl_stack *stack)
{
    struct sl_stack_class *class = &stacks->classes[stack->class];

    stack->next = class->hot;
    class->hot = stack;
    class->credits++;
}

/* Unmaps everything; no stack may be in use. Shared ones go to the depot instead. */
void sl_stacks_close(struct sl_stacks *stacks);

/* The parts that depot.c uses, too. Adds a slab and its credits: 0 or -ENOMEM. */
int sl_stack_class_buy(struct sl_stack_class *own, unsigned class);
/* The lowest byte of a stack that was never used. There must be one. */
char *sl_stack_class_carve(struct sl_stack_class *own, unsigned class);
/* Makes it a stack. */
struct sl_stack *sl_stack_lay(char *base, unsigned class, uint32_t colour);
/* Stacks of a list will not be run on again. */
void sl_stack_list_close(struct sl_stack *first);
void sl_stack_class_close(struct sl_stack_class *own);

/* Where the frames begin. */
SL_INLINE char *sl_stack_top(struct sl_stack *stack)
{
    return (char *)((uintptr_t)stack & ~(uintptr_t)15);
}
size_t sl_stack_size(const struct sl_stack *stack);
/* The guard's size, 0 if there is none. */
size_t sl_stack_guard(const struct sl_stack *stack);
/* Bytes that were ever touched, by asking the kernel which pages are there. */
size_t sl_stack_used(const struct sl_stack *stack);
/* Has a stack without a guard been overrun? */
bool sl_stack_overrun(const struct sl_stack *stack);
/* The stack whose guard the address lies in, or NULL. For the fault handler. */
struct sl_stack *sl_stack_of_guard(struct sl_stack *running, const void *address);

#endif
