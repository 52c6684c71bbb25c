/* arch/switch.h: leaving one stack for another. One file per architecture.
 *
 * sl_arch_switch(save, to, passed) saves the running context's stack pointer in *save, continues
 * the context whose pointer is `to`, and, when somebody switches back, returns what that somebody
 * passed. It is inline assembly with a clobber list: the compiler saves what is alive at the call
 * and nothing else, and each place that switches has an indirect jump of its own to predict.
 * Rejected: a `call`ed stub with push/pop of all callee-saved registers and `ret` (5.5-7.6 ns
 * instead of 1.1 here, because the return stack mispredicts), and saving MXCSR and the x87 control
 * word: fibers share the floating-point environment of their worker.
 *
 * sl_arch_leave(to, passed) is the same for a context that ends.
 *
 * sl_arch_prepare(top, entry) lays out a new context below `top` (16-byte aligned) that starts in
 * entry(passed), and returns its pointer. sl_arch_switch_begin(save, top, entry, passed) is prepare
 * and switch in one. entry never returns. What it seems to return to is the outermost frame, where
 * unwinders stop: sl_arch_outermost_at(top) puts it there, once in a stack's life.
 *
 * sl_arch_call_suspending(a, b, c, function) calls a function that may switch, and returns what it
 * returns. The processor guesses where a `ret` goes from the calls that it has seen, and after a
 * switch the last one was another fiber's. Where both called from the same place that is right;
 * where not, the guess costs 7 ns, and an indirect jump, which is guessed from where it went
 * before, costs nothing. The function is told where its caller will go on, and says whether that is
 * elsewhere. */
#ifndef SL_ARCH_SWITCH_H
#define SL_ARCH_SWITCH_H

#include "base/check.h"

#include <stdint.h>

typedef void sl_arch_entry(void *passed);

struct sl_arch_returned {
    int value;
    uintptr_t elsewhere; /* the last call that the processor has seen was not the caller's */
};
typedef struct sl_arch_returned sl_arch_suspending(void *a, void *b, void *c, void *caller);
int sl_arch_call_suspending(void *a, void *b, void *c, sl_arch_suspending *function);

#if defined(__x86_64__)
#include "arch/x86_64.h"
#elif defined(__aarch64__)
#include "arch/aarch64.h"
#else
#error "sley runs on x86-64 and aarch64"
#endif

#endif
