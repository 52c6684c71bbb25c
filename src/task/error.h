/* task/error.h: details of errors, and whose they are. */
#ifndef SL_TASK_ERROR_H
#define SL_TASK_ERROR_H

#include "sched/worker.h"

#include <sley/error.h>

/* Where the running task (or callback, or a thread without a loop) keeps its current detail. */
SL_INLINE sley_error **sl_error_slot(struct sley_loop *loop)
{
    if (SL_UNLIKELY(!loop)) {
        struct sl_outside *outside = sl_current_outside();

        return (sley_error **)(outside->fiber ? &outside->fiber->stack->error : &outside->error);
    }
    return (sley_error **)(loop->current ? &loop->current->stack->error : &loop->error);
}
/* Makes `error` (NULL: none) the current detail; the slot gets a reference of its own. */
void sl_error_set(struct sley_loop *loop, const sley_error *error);
/* The current detail with its reference if it has that code, else NULL; the slot is empty then. */
sley_error *sl_error_take(sley_error **slot, intptr_t code);

/* What a line of text calls an error: its name, or its number, written into `number`. */
enum { SL_ERROR_NUMBER = 24 };
const char *sl_error_label(intptr_t code, char number[SL_ERROR_NUMBER]);

/* A detail that lists others, to each of which the caller gives a reference. NULL entries are
 * made of `codes`. Without memory: NULL, and the references are dropped. */
sley_error *sl_error_group(size_t n, sley_error **errors, const intptr_t *codes);

#endif
