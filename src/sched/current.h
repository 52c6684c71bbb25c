/* sched/current.h: the loop that runs in this thread; all of the library's thread-local state.
 *
 * glibc and the compilers let the address of a thread-local variable live in a register across a
 * call. A fiber may wake on another thread, so the address must be computed anew by each public
 * call, at most once, and never across a suspension: it is read by one `asm volatile` load of the
 * initial-exec kind. A switch returns the loop that it woke on. */
#ifndef SL_SCHED_CURRENT_H
#define SL_SCHED_CURRENT_H

#include "base/check.h"

#include <stdbool.h>

struct sley_loop;
struct sl_fiber;

/* For the linker; only this header's loads and current.c touch it. */
extern __thread struct sley_loop *sl_current_loop __attribute__((tls_model("initial-exec")))
__attribute__((visibility("hidden")));

SL_INLINE struct sley_loop *sl_current(void)
{
    struct sley_loop *loop;

#if defined(__x86_64__)
    __asm__ volatile("movq sl_current_loop@gottpoff(%%rip), %0\n\t"
                     "movq %%fs:(%0), %0"
                     : "=r"(loop));
#elif defined(__aarch64__)
    __asm__ volatile("mrs x16, tpidr_el0\n\t"
                     "adrp x17, :gottprel:sl_current_loop\n\t"
                     "ldr x17, [x17, :gottprel_lo12:sl_current_loop]\n\t"
                     "ldr %0, [x16, x17]"
                     : "=r"(loop)
                     :
                     : "x16", "x17");
#endif
    return loop;
}

/* What a thread that runs no loop has: the error detail of what run returned, and in a pool's
 * thread the context of its job. A fiber that it has for a while (host.h) uses its own instead. */
struct sl_outside {
    void *error;
    uintptr_t context;
    struct sl_fiber *fiber;
    bool forked; /* it ran a loop when it forked; this is the child */
};
struct sl_outside *sl_current_outside(void);

/* Why sl_current() is NULL: -SLEY_ENOLOOP, or -SLEY_EFORKED in a child's only thread, where it
 * stands in what its parent's loop called. */
SL_NOINLINE int sl_no_loop(void);

/* Returns the previous one. */
struct sley_loop *sl_current_set(struct sley_loop *loop);

#endif
