/* fiber/fiber.h: a fiber: what of it is saved while it does not run, and how one is entered. */
#ifndef SL_FIBER_FIBER_H
#define SL_FIBER_FIBER_H

#include "arch/switch.h"
#include "base/atomic.h"
#include "base/list.h"
#include "fiber/stack.h"

#include <stddef.h>
#include <string.h>

struct sley_loop;

/* Whatever can be run: a fiber (run is NULL) or a callback. Lies in at most one queue. */
struct sl_entry {
    struct sl_link link;
    void (*run)(struct sley_loop *loop, struct sl_entry *entry);
};

/* Bits of sl_fiber.word. What nobody has asked anything has none of the first three. */
enum {
    SL_FIBER_MUST_CANCEL = 1,  /* an edge request that its next suspension delivers */
    SL_FIBER_SHIELDED = 2,     /* inside SLEY_SHIELD: no edge request is delivered */
    SL_FIBER_IN_CANCELLED = 4, /* a scope of its chain is cancelled (perhaps behind a shield; in
                                  a runtime of many workers: perhaps not of its chain) */
    SL_FIBER_NOTED = 8,        /* debug: somebody wants to look at it before it begins */
    SL_FIBER_PINNED = 16,      /* stays on the loop that its stack, or its record, names */
    /* In a runtime of many workers, where the word changes by read-modify-writes: */
    SL_FIBER_MANY = 32,        /* it is of such a runtime */
    SL_FIBER_NEW = 64,         /* in a deque, and nobody has begun it: who clears this does */
    SL_FIBER_PARKED = 512,     /* waits: who clears this ends the wait (sched/park.h) */
    SL_FIBER_HELD = 1024,      /* somebody looks at the wait: nobody may end it meanwhile */
    SL_FIBER_MAILED = 2048,    /* a cancel is on its way to the ring that holds the operation */
    SL_FIBER_SENT = 8192,      /* its request is on its way to what it awaits: it does not go on
                                  before that is known to have got it, or to have ended */
    SL_FIBER_ROAMS = 16384,    /* tests: goes on elsewhere after each suspension (team->roams) */
    SL_FIBER_LENT = 4096,      /* of one loop, but its word is everybody's during this wait */

    SL_FIBER_ASKED = SL_FIBER_MUST_CANCEL | SL_FIBER_SHIELDED | SL_FIBER_IN_CANCELLED,
};
/* Above the flags: edge requests that were not taken back. */
#define SL_FIBER_CANCELLING_ONE 0x10000u

/* Values of sl_wait.taken: which cancel ended it. */
enum { SL_EDGE_TAKEN = 1, SL_SCOPE_TAKEN = 2 };

/* One cache line. It is the second line of a task's record. */
struct sl_fiber {
    struct sl_entry entry;      /* in the ready queue, or among a future's waiters */
    void *sp;                   /* the saved context; NULL before the first run. Of many workers:
                                   SL_FIBER_RUNS until it has been saved */
    struct sl_stack *stack;     /* NULL before the first run and after the last */
    struct sl_wait *wait;       /* what it waits for while parked, else NULL */
    struct sley_scope *scope;   /* the innermost sticky scope, never NULL */
    sl_atomic_u32 word;         /* flags, and how many edge requests were not taken back */
    uint8_t stack_class;
    sl_atomic_u8 asked;         /* cancels by threads that do not run its loop: task/cancel.c */
    sl_atomic_u8 slow;          /* its last turn was a long one: sched/slow.h */
    uint8_t spare;
};

_Static_assert(sizeof(struct sl_fiber) == 64, "a fiber is one cache line");

/* The context of a fiber of many workers that runs, or that is about to be saved: whoever takes
 * such a fiber from a queue waits until there is a context to switch to. */
#define SL_FIBER_RUNS ((void *)1)

SL_INLINE uint32_t sl_fiber_flags(const struct sl_fiber *fiber)
{
    return sl_load_relaxed((sl_atomic_u32 *)(uintptr_t)&fiber->word);
}
SL_INLINE bool sl_fiber_many(const struct sl_fiber *fiber)
{
    return sl_fiber_flags(fiber) & SL_FIBER_MANY;
}
SL_INLINE void sl_fiber_set(struct sl_fiber *fiber, uint32_t bits)
{
    uint32_t word = sl_fiber_flags(fiber);

    if (SL_UNLIKELY(word & SL_FIBER_MANY))
        sl_or_acq_rel(&fiber->word, bits); /* pairs with the other changes of the word */
    else
        sl_store_relaxed(&fiber->word, word | bits);
}
SL_INLINE void sl_fiber_clear(struct sl_fiber *fiber, uint32_t bits)
{
    uint32_t word = sl_fiber_flags(fiber);

    if (SL_UNLIKELY(word & SL_FIBER_MANY))
        sl_and_acq_rel(&fiber->word, ~bits); /* pairs with the other changes of the word */
    else
        sl_store_relaxed(&fiber->word, word & ~bits);
}
SL_INLINE unsigned sl_fiber_cancelling(const struct sl_fiber *fiber)
{
    return sl_fiber_flags(fiber) / SL_FIBER_CANCELLING_ONE;
}
/* The same before a block that begins: a request that is pending will be delivered inside. */
SL_INLINE unsigned sl_fiber_cancelling_before(const struct sl_fiber *fiber)
{
    uint32_t word = sl_fiber_flags(fiber);
    unsigned n = word / SL_FIBER_CANCELLING_ONE;

    return n && word & SL_FIBER_MUST_CANCEL ? n - 1 : n;
}

/* Sets the class, and clears what lies behind it, by one store. */
SL_INLINE void sl_fiber_set_class(struct sl_fiber *fiber, unsigned class)
{
    uint32_t all = class; /* its low byte lies first */

    memcpy((char *)fiber + offsetof(struct sl_fiber, stack_class), &all, sizeof all);
}

SL_INLINE struct sl_fiber *sl_fiber_of(struct sl_entry *entry)
{
    return SL_CONTAINER(entry, struct sl_fiber, entry);
}

#endif
