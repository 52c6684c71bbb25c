/* task/scope.h: sticky scopes. The chain of a task is read in sched/wait.c. */
#ifndef SL_TASK_SCOPE_H
#define SL_TASK_SCOPE_H

#include "task/task.h"

#include <sley/scope.h>

/* sley_scope._flags, beside SL_SCOPE_SHIELD: */
enum {
    SL_SCOPE_GROUPS = 2,     /* a group was entered inside: other tasks are inside, too */
    SL_SCOPE_WAS_SHIELDED = 4, /* what the fiber's flag was before a shield */
};

void sl_scope_enter(struct sl_fiber *self, struct sley_scope *scope);
void sl_scope_exit(struct sl_fiber *self, struct sley_scope *scope);
/* Sets the code and cancels once what the tasks inside await. */
void sl_scope_cancel(struct sley_loop *loop, struct sley_scope *scope, int code);
/* Of the root, after a run that has failed: who is made from now on is not cancelled. */
void sl_scope_reopen(struct sley_scope *scope);
/* Of many workers: one whose wait the caller holds; it is let go. */
void sl_scope_cancel_held(struct sley_loop *loop, struct sl_fiber *fiber,
                          const struct sley_scope *scope);

#endif
