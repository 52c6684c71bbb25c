/* task/context.h: context variables as an immutable chain.
 *
 * A task (or a scheduled callback) holds a *reference word*: 0 (nothing set), a counted link of the
 * chain, or, with the low bit set, a counted sley_context that several tasks share. Inheriting is
 * one increment; setting makes a link. */
#ifndef SL_TASK_CONTEXT_H
#define SL_TASK_CONTEXT_H

#include "sched/worker.h"

#include <sley/context.h>

/* A task's copy of the running context, or (if given) a share of an explicit one. */
uintptr_t sl_context_inherit(struct sley_loop *loop, sley_context *explicit_one);
/* Where the running task, the callback, or the pool's thread keeps its word. */
uintptr_t *sl_context_slot(struct sley_loop *loop);
uintptr_t sl_context_keep(uintptr_t word);
void sl_context_release(uintptr_t word);

#endif
