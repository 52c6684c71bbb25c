#if defined(__aarch64__)
/* The outermost frame of a fiber: {0, entry} on the stack, the passed word in x0. Jumps, and does
 * not call, so that the processor's return stack stays in step. */
        .text
        .p2align 4
        .globl  sl_arch_begin
        .hidden sl_arch_begin
        .type   sl_arch_begin, %function
sl_arch_begin:
        .cfi_startproc
        .cfi_undefined x30
        ldr     x9, [sp, #8]
        mov     x29, xzr
        adr     x30, 1f
        br      x9
        nop
1:      brk     #1
        .cfi_endproc
        .size   sl_arch_begin, . - sl_arch_begin
#endif
        .section .note.GNU-stack, "", %progbits
