/* fiber/fiber.h: a fiber: what of it is saved while it does not run, and how one is entered. */
#ifndef SL_FIBER_FIBER_H
#define SL_FIBER_FIBER_H

#include "arch/switch.h"
#include "base/list.h"
#include "fiber/stack.h"

struct sley_loop;

/* Whatever can be run: a fiber (run is NULL) or a callback. Lies in at most one queue. */
struct sl_entry {
    struct sl_link link;
    void (*run)(struct sley_loop *loop, struct sl_entry *entry);
};

/* Bits of sl_fiber.flags: none is set in a fiber that nobody has asked anything. */
enum {
    SL_FIBER_MUST_CANCEL = 1,  /* an edge request that its next suspension delivers */
    SL_FIBER_SHIELDED = 2,     /* inside SLEY_SHIELD: no edge request is delivered */
    SL_FIBER_IN_CANCELLED = 4, /* a scope of its chain is cancelled (perhaps behind a shield) */
    SL_FIBER_NOTED = 8,        /* debug: somebody wants to look at it before it begins */
};

/* Values of sl_wait.taken: which cancel ended it. */
enum { SL_EDGE_TAKEN = 1, SL_SCOPE_TAKEN = 2 };

/* One cache line. It is the second line of a task's record. */
struct sl_fiber {
    struct sl_entry entry;      /* in the ready queue, or among a future's waiters */
    void *sp;                   /* the saved context; NULL before the first run */
    struct sl_stack *stack;     /* NULL before the first run and after the last */
    struct sl_wait *wait;       /* what it waits for while parked, else NULL */
    struct sley_scope *scope;   /* the innermost sticky scope, never NULL */
    uint32_t cancelling;        /* edge requests that were not taken back */
    uint16_t flags;
    uint8_t stack_class;
    uint8_t spare;
};

_Static_assert(sizeof(struct sl_fiber) == 64, "a fiber is one cache line");

SL_INLINE struct sl_fiber *sl_fiber_of(struct sl_entry *entry)
{
    return SL_CONTAINER(entry, struct sl_fiber, entry);
}

#endif
