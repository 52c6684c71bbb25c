/* The program's handle of a task: its references, and what can be asked of it. */
#include "task/task.h"

sley_task *sley_task_ref(sley_task *task)
{
    sl_future_ref(&task->future);
    return task;
}

void sley_task_drop(sley_task *task)
{
    if (task)
        sl_future_drop(&task->future);
}

void sley_task_cleanup_(sley_task **task)
{
    sley_task_drop(*task);
}

sley_future *sley_task_future(sley_task *task)
{
    return task ? &task->future : NULL;
}

bool sley_task_done(const sley_task *task)
{
    return sl_future_state(&task->future) != SL_PENDING;
}

bool sley_task_cancelled(const sley_task *task)
{
    return sl_future_state(&task->future) == SL_CANCELLED;
}

intptr_t sley_task_result(sley_task *task)
{
    return sley_future_result(&task->future);
}

intptr_t sley_task_exception(sley_task *task)
{
    return sley_future_exception(&task->future);
}

const char *sley_task_get_name(const sley_task *task)
{
    return task->name;
}

void sley_task_set_name(sley_task *task, const char *name)
{
    task->name = name ? name : "task";
}

sley_coro sley_task_get_coro(const sley_task *task)
{
    return sley_coro_of(task->fn, task->arg);
}
