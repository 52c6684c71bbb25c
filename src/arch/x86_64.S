#if defined(__x86_64__)
/* The outermost frame of a fiber: {entry, 0} on the stack, the passed word in rdi. */
        .text
        .p2align 4
        .globl  sl_arch_trampoline
        .hidden sl_arch_trampoline
        .type   sl_arch_trampoline, @function
sl_arch_trampoline:
        .cfi_startproc
        .cfi_undefined rip
        popq    %rax
        .cfi_adjust_cfa_offset -8
        pushq   $0
        .cfi_adjust_cfa_offset 8
        xorl    %ebp, %ebp
        callq   *%rax
        ud2
        .cfi_endproc
        .size   sl_arch_trampoline, . - sl_arch_trampoline
#endif
        .section .note.GNU-stack, "", @progbits
