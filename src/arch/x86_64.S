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

/* sl_arch_call_suspending: rdi, rsi, rdx are passed on, rcx is the function, which has our return
 * address for its fourth. */
        .p2align 4
        .globl  sl_arch_call_suspending
        .hidden sl_arch_call_suspending
        .type   sl_arch_call_suspending, @function
sl_arch_call_suspending:
        .cfi_startproc
        movq    %rcx, %rax
        movq    (%rsp), %rcx
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    *%rax
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        testq   %rdx, %rdx
        jnz     1f
        ret
1:      popq    %rcx
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, rcx
        jmpq    *%rcx
        .cfi_endproc
        .size   sl_arch_call_suspending, . - sl_arch_call_suspending
#endif
        .section .note.GNU-stack, "", @progbits
