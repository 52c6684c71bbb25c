/* task/build.h: a task's record, filled in: inlined into each of the ways to make a task, since
 * spawn and join must be cheap. */
#ifndef SL_TASK_BUILD_H
#define SL_TASK_BUILD_H

#include "task/shared.h"

/* Whose the record is: the loop's alone; of many workers, taken by the one that runs here; or by
 * another thread. */
enum sl_task_maker { SL_MADE_ALONE, SL_MADE_HERE, SL_MADE_ELSEWHERE };

/* Most tasks have nothing set, and inherit nothing. */
SL_INLINE uintptr_t sl_task_inherit(struct sley_loop *loop, const sley_task_options *options,
                                    enum sl_task_maker maker)
{
    sley_context *given = options ? options->context : NULL;

    if (given) {
        if (maker == SL_MADE_HERE)
            sl_context_take(loop, given);
        else
            sl_context_count_up(&given->refs);
        return (uintptr_t)given | SL_CONTEXT_SHARED;
    }
    if (SL_LIKELY(!(loop->current ? sl_task_of(loop->current)->context : loop->context)))
        return 0;
    return sl_context_inherit(loop, NULL);
}

SL_INLINE void sl_task_unpromise(struct sley_loop *loop, unsigned class, enum sl_task_maker maker)
{
    if (maker == SL_MADE_ALONE)
        sl_stacks_unpromise(&loop->stacks, class);
    else
        sl_stacks_unpromise_shared(&loop->stacks, class);
}

/* A record without what a scope and a queue make of it, or NULL. Its word and references are
 * left. */
SL_INLINE struct sley_task *sl_task_build(struct sley_loop *loop, sley_fn *fn, const void *arg,
                                          size_t size, const sley_task_options *options,
                                          enum sl_task_maker maker)
{
    int class = loop->runtime->stack_class;
    struct sley_task *task;

    if (options && options->stack_size && (class = sl_stack_class_of(options->stack_size)) < 0)
        return NULL;
    if (sl_stacks_promise(&loop->stacks, (unsigned)class) < 0)
        return NULL;
    if (maker == SL_MADE_ALONE)
        task = sl_pool_take(&loop->tasks);
    else if (maker == SL_MADE_HERE)
        task = sl_pool_take_shared(&loop->tasks);
    else
        task = sl_shared_take_record(loop, SL_FUTURE_TASK);
    if (SL_UNLIKELY(!task)) {
        sl_task_unpromise(loop, (unsigned)class, maker);
        return NULL;
    }
    sl_future_clear(&task->future, loop, SL_FUTURE_TASK);
    task->future.all |= SL_TASK_PLAIN * SL_FUTURE_FLAG_ONE;
    task->fn = fn;
    task->arg = (void *)(uintptr_t)arg;
    if (size && !(task->arg = sl_task_copy_argument(task, arg, size))) {
        sl_task_unpromise(loop, (unsigned)class, maker);
        if (maker == SL_MADE_ALONE)
            sl_pool_give(&loop->tasks, task);
        else
            sl_shared_give_record(&task->future);
        return NULL;
    }
    task->fiber.entry.run = NULL;
    task->fiber.sp = NULL;
    task->fiber.stack = NULL;
    task->fiber.wait = NULL;
    sl_fiber_set_class(&task->fiber, (unsigned)class);
    task->name = options && options->name ? options->name : "task";
    task->context = sl_task_inherit(loop, options, maker);
    task->group = NULL;
    return task;
}

#endif
