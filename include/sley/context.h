/* sley/context.h: values that follow a task and the tasks that it creates; Python's contextvars.
 *
 * A context is an immutable chain of (variable, value); setting makes a new head for the running
 * task only, so that a child sees what its creator had, and the creator never sees the child's.
 * Values are words; what a pointer points at must outlive every task that can see it.
 *
 * Tasks that share an explicit context see each other's settings. Python refuses to enter a context
 * that is entered already; here tasks on several workers may be in one at the same time: each get
 * and each set is whole, and which of two sets comes last is the program's own affair.
 */
#ifndef SLEY_CONTEXT_H
#define SLEY_CONTEXT_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

/* Declare one per variable, static; its address is its identity. */
typedef struct sley_context_var {
    const char *name;
    intptr_t default_value;
} sley_context_var;

/* The value of the running task, callback, or job of to_thread; or the default. */
intptr_t sley_context_get(const sley_context_var *var);
/* 0, -ENOMEM, -SLEY_ENOLOOP. */
int sley_context_set(const sley_context_var *var, intptr_t value);
/* The running context as a new object with one reference, for the context option of tasks.
 * NULL: no memory. Python: copy_context(). */
sley_context *sley_context_copy(void);
sley_context *sley_context_ref(sley_context *context);
void sley_context_drop(sley_context *context);

SLEY_END_DECLS
#endif
