#if defined(__aarch64__)
/* The outermost frame of a fiber: {entry, 0} on the stack, the passed word in x0. */
        .text
        .p2align 4
        .globl  sl_arch_trampoline
        .hidden sl_arch_trampoline
        .type   sl_arch_trampoline, %function
sl_arch_trampoline:
        .cfi_startproc
        .cfi_undefined x30
        ldr     x9, [sp]
        mov     x29, xzr
        mov     x30, xzr
        blr     x9
        brk     #1
        .cfi_endproc
        .size   sl_arch_trampoline, . - sl_arch_trampoline
#endif
        .section .note.GNU-stack, "", %progbits
