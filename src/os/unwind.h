/* os/unwind.h: the frames of the running stack, by the compiler's own unwinder; for debug mode. */
#ifndef SL_OS_UNWIND_H
#define SL_OS_UNWIND_H

#include "base/check.h"

#include <stdbool.h>

#define SL_UNWIND_ROOM 12288 /* bytes of stack that sl_unwind may need */

/* One frame: its memory is [begin, end); `slot` is where the address lies to which it will return,
 * 0 if that could not be found out. */
struct sl_frame {
    uintptr_t begin, end, slot;
};

/* Finds the unwinder, once. Needs a thread's stack; what sl_unwind uses is much less. */
void sl_unwind_prepare(void);
/* Calls visit for each frame, the innermost first, until it returns false or the frames end. Does
 * nothing without a prepare that found something. */
void sl_unwind(bool (*visit)(void *arg, const struct sl_frame *frame), void *arg);

/* The addresses of code on the running stack, from the frame on that `pc` stands in; how many. Also
 * in a signal handler. Only `pc` itself without a prepare that found something. */
unsigned sl_unwind_addresses(uintptr_t pc, uintptr_t *addresses, unsigned room);

/* Might it be where a call returns to? */
bool sl_unwind_is_return(uintptr_t address);

/* Which of these slots, the innermost first, comes first in the chain of frame records that begins
 * at sp, where a context is parked; -1: none, or there are no such chains (x86-64). */
int sl_unwind_first(uintptr_t sp, uintptr_t top, const uintptr_t *slots, unsigned n);
/* A word of a stack, whatever the sanitizers think of the memory there. */
uintptr_t sl_unwind_word(uintptr_t address);

#endif
