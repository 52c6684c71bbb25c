/* task/dead_argument.h: debug mode reports a task whose borrowed argument has died.
 *
 * Whoever makes a task with a pointer into its own stack must not return from the frame there
 * before the task has ended. A note is taken when the task is made, and looked at when it first
 * runs: the last moment at which nobody has followed the pointer yet. */
#ifndef SL_TASK_DEAD_ARGUMENT_H
#define SL_TASK_DEAD_ARGUMENT_H

#include "task/task.h"

void sl_dead_argument_note(struct sley_loop *loop, struct sley_task *task);
/* sched/worker.h's call, before a fiber with SL_FIBER_NOTED begins. */
void sl_dead_argument_look(struct sley_loop *loop, struct sl_fiber *fiber);

#endif
