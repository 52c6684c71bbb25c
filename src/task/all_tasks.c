#include "task/shared.h"

sley_task *sley_current_task(void)
{
    struct sley_loop *loop = sl_current();

    return loop ? sl_task_current(loop) : NULL;
}

struct keeper {
    sley_task **tasks;
    size_t stored, n;
};

static bool keep(struct sley_task *task, void *arg)
{
    struct keeper *keeper = arg;

    if (keeper->stored == keeper->n)
        return false;
    keeper->tasks[keeper->stored++] = task;
    return true;
}

size_t sley_all_tasks(sley_task **tasks, size_t n)
{
    struct sley_loop *loop = sl_current();
    struct keeper keeper = {.tasks = tasks, .n = n};
    size_t stored = 0;

    if (!loop)
        return 0;
    if (loop->team) {
        sl_shared_each_task(loop->team, keep, &keeper);
        return keeper.stored < n ? keeper.stored : sl_runtime_tasks(loop->runtime);
    }
    for (struct sl_link *link = loop->runtime->tasks.head.next;
         link != &loop->runtime->tasks.head && stored < n; link = link->next)
        tasks[stored++] = sley_task_ref(SL_CONTAINER(link, struct sley_task, all));
    return sl_runtime_tasks(loop->runtime);
}
