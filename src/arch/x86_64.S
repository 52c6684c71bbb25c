#if defined(__x86_64__)
/* The caller that a fiber's first function seems to have: nothing, and unwinders are told so. */
        .text
        .p2align 4
        .type   sl_arch_before, @function
sl_arch_before:
        .cfi_startproc
        .cfi_undefined rip
        nop
        .globl  sl_arch_outermost
        .hidden sl_arch_outermost
        .type   sl_arch_outermost, @function
sl_arch_outermost:
        ud2
        .cfi_endproc
        .size   sl_arch_outermost, . - sl_arch_outermost
        .size   sl_arch_before, . - sl_arch_before
#endif
        .section .note.GNU-stack, "", @progbits
