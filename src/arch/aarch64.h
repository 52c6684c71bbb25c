/* arch/aarch64.h: the switch for aarch64 (AAPCS64). */
#ifndef SL_ARCH_AARCH64_H
#define SL_ARCH_AARCH64_H

/* A saved context is {x29, pc}. */

/* Begins a fiber: sets the return address of its first function to one at which unwinders stop. */
void sl_arch_begin(void);

SL_INLINE void *sl_arch_switch(void **save, void *to, void *passed)
{
    register void *x0 __asm__("x0") = passed;
    register void **x1 __asm__("x1") = save;
    register void *x2 __asm__("x2") = to;

    /* x29 may be the frame pointer: by hand. x18 is the platform's elsewhere, but an ordinary
     * register for compilers on Linux: a clobber like the others. The low halves of v8-v15 are
     * callee-saved, so the whole registers are clobbers. */
    __asm__ volatile("adr x9, 1f\n\t"
                     "stp x29, x9, [sp, #-16]!\n\t"
                     "mov x10, sp\n\t"
                     "stlr x10, [x1]\n\t" /* whoever sees it may run us: sched/park.h */
                     "mov sp, x2\n\t"
                     "ldp x29, x9, [sp], #16\n\t"
                     "br x9\n"
                     "1:"
                     : "+r"(x0), "+r"(x1), "+r"(x2)
                     :
                     : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                       "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
                       "x24", "x25", "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4",
                       "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
                       "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25",
                       "v26", "v27", "v28", "v29", "v30", "v31", "memory", "cc");
    return x0;
}

SL_INLINE void *sl_arch_prepare(void *top, sl_arch_entry *entry)
{
    void **slot = top;

    *--slot = (void *)(uintptr_t)entry; /* sl_arch_begin loads it: sp is then at the 0 below */
    *--slot = 0;
    *--slot = (void *)(uintptr_t)sl_arch_begin;
    *--slot = 0; /* x29 */
    return slot;
}

SL_INLINE void *sl_arch_switch_begin(void **save, void *top, sl_arch_entry *entry, void *passed)
{
    return sl_arch_switch(save, sl_arch_prepare(top, entry), passed);
}

SL_INLINE void sl_arch_outermost_at(void *top)
{
    (void)top; /* sl_arch_begin sets a register */
}

/* The running context ends: nothing of it is saved. */
_Noreturn SL_INLINE void sl_arch_leave(void *to, void *passed)
{
    register void *x0 __asm__("x0") = passed;

    __asm__ volatile("mov sp, %[to]\n\t"
                     "ldp x29, x9, [sp], #16\n\t"
                     "br x9"
                     :
                     : "r"(x0), [to] "r"(to)
                     : "memory");
    __builtin_unreachable();
}

#endif
