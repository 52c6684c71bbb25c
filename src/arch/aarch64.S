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

/* sl_arch_call_suspending: x0, x1, x2 are passed on, x3 is the function, which has our return
 * address for its fourth. */
        .p2align 4
        .globl  sl_arch_call_suspending
        .hidden sl_arch_call_suspending
        .type   sl_arch_call_suspending, %function
sl_arch_call_suspending:
        .cfi_startproc
        stp     x29, x30, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        .cfi_rel_offset x29, 0
        .cfi_rel_offset x30, 8
        mov     x29, sp
        mov     x9, x3
        mov     x3, x30
        blr     x9
        ldp     x29, x30, [sp], #16
        .cfi_adjust_cfa_offset -16
        .cfi_restore x29
        .cfi_restore x30
        cbnz    x1, 1f
        ret
1:      br      x30
        .cfi_endproc
        .size   sl_arch_call_suspending, . - sl_arch_call_suspending
#endif
        .section .note.GNU-stack, "", %progbits
