#include "task/build.h"

#include "sched/fork.h"
#include "task/dead_argument.h"
#include "task/exception.h"

#include <string.h>

/* ---- a task's life ---- */

void *sl_task_copy_argument(struct sley_task *task, const void *arg, size_t size)
{
    void *block = task->copy;

    if (size > SL_TASK_COPY) {
        block = sl_sys.allocate(size, 0);
        if (!block)
            return NULL;
        memcpy(task->copy, &size, sizeof size);
        sl_future_mark(&task->future, SL_TASK_BLOCK);
    }
    return memcpy(block, arg, size);
}

/* Debug mode. */
static SL_NOINLINE void watch(struct sley_loop *loop, struct sley_task *task, size_t size)
{
    sl_store_relaxed(&task->future.guard, SL_GUARD_WATCHED);
    sl_store_relaxed(&task->future.refs, SL_REFS_MANY + 2);
    if (!size)
        sl_dead_argument_note(loop, task);
}

/* Inlined into each of the public ways to make a task: spawn and join must be cheap. */
SL_INLINE struct sley_task *make(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope)
{
    struct sl_runtime *runtime = loop->runtime;
    struct sley_task *task;

    if (SL_UNLIKELY(loop->team != NULL))
        return sl_shared_make(loop, fn, arg, size, options, site, scope, NULL);
    task = sl_task_build(loop, fn, arg, size, options, SL_MADE_ALONE);
    if (SL_UNLIKELY(!task))
        return NULL;
    sl_store_relaxed(&task->fiber.word, 0);
    task->fiber.scope = scope;
    if (SL_UNLIKELY(scope->_code || (scope != &runtime->root && scope->_outer)))
        sl_scope_set(&task->fiber, scope);
    sl_store_relaxed(&task->future.refs, 2);
    if (SL_UNLIKELY(loop->debug))
        watch(loop, task, size);
    task->site = site;
    sl_list_push(&runtime->tasks, &task->all);
    runtime->tasks_created++;
    sl_ready_push(loop, &task->fiber.entry);
    return task;
}

struct sley_task *sl_task_create(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope)
{
    return make(loop, fn, arg, size, options, site, scope);
}

void sl_task_free(struct sley_future *future)
{
    struct sley_task *task = sl_task_of_future(future);

    if (SL_UNLIKELY(sl_future_flags(future) & SL_TASK_BLOCK)) {
        size_t size;

        memcpy(&size, task->copy, sizeof size);
        sl_sys.release(task->arg, size, 0);
    }
    if (future->loop->team)
        sl_shared_give_record(future);
    else
        sl_pool_give(&future->loop->tasks, task);
}

/* The end of a task, before its waiters are told. `error` is given. */
SL_INLINE void finish(struct sley_loop *loop, struct sley_task *task, enum sl_future_state state,
                      intptr_t word, sley_error *error)
{
    struct sl_runtime *runtime = loop->runtime;

    if (SL_UNLIKELY(loop->team != NULL)) {
        sl_shared_end(loop, task, state, word, error);
        return;
    }
    sl_link_remove(&task->all);
    if (task->context) {
        sl_context_release(task->context);
        task->context = 0;
    }
    /* The group registered before anybody else could: it is told first. It uses the entry of the
     * fiber, which nobody needs any more, and the runtime's reference. */
    if (task->group) {
        task->fiber.entry.run = sl_task_group_child_done;
        sl_ready_push(loop, &task->fiber.entry);
    }
    sl_future_finish_one(&task->future, state, word, error);
    if (SL_UNLIKELY(sl_load_relaxed(&runtime->closing))) {
        if (state == SL_FAILED && !task->group &&
            !(sl_future_flags(&task->future) & SL_FUTURE_RETRIEVED)) {
            sl_future_mark(&task->future, SL_FUTURE_RETRIEVED);
            sl_exception_report(loop, "Unhandled error during shutdown", &task->future, word);
        }
        if (sl_runtime_tasks(runtime) == 1)
            sl_worker_stop(loop);
    }
    runtime->tasks_ended++;
    if (!task->group)
        sl_future_drop(&task->future);
}

static SL_NOINLINE void end_watched(struct sl_stack *stack, struct sley_task *task)
{
    if (stack->canary && sl_stack_overrun(stack))
        sl_check_failed("stack without a guard was overrun", task->name, 0);
    if (stack->lent) {
        stack->lent = 0;
        stack->ended++;
    }
}

/* `loop` runs; the task's function has returned `word`. */
static SL_NOINLINE struct sley_loop *end(struct sley_loop *loop, struct sley_task *task,
                                         intptr_t word)
{
    struct sl_fiber *fiber = &task->fiber;
    struct sl_stack *stack = fiber->stack;
    enum sl_future_state state = SL_DONE;
    sley_error *error = NULL;

    if (SL_UNLIKELY(stack->watched))
        end_watched(stack, task);
    fiber->stack = NULL;
    if (SL_UNLIKELY(sley_is_error(word))) {
        error = sl_error_take((sley_error **)&stack->error, word);
        /* A task that ends by its own scope's code ended because it was cancelled. */
        if (word == -ECANCELED || word == sl_scope_walk(fiber->scope))
            state = SL_CANCELLED;
        else
            state = SL_FAILED;
    } else if (SL_UNLIKELY(sl_fiber_flags(fiber) & SL_FIBER_MUST_CANCEL)) {
        state = SL_CANCELLED; /* returned with a request pending: the value is dropped */
    }
    if (SL_UNLIKELY(state == SL_CANCELLED)) {
        sley_error_drop(error);
        error = NULL;
        word = -ECANCELED;
    }
    /* An exception handler that finish calls is no part of the task: it cannot suspend, and what it
     * raises is the loop's. */
    loop->current = NULL;
    finish(loop, task, state, word, error);
    if (SL_UNLIKELY(stack->error != NULL)) {
        sley_error_drop(stack->error);
        stack->error = NULL;
    }
    return loop;
}

/* Most tasks have a value, and nobody but who awaits them has anything to do with their end: the
 * same, with nothing left to ask. */
SL_INLINE bool ends_plainly(struct sley_loop *loop, struct sley_task *task, intptr_t word)
{
    struct sl_stack *stack = task->fiber.stack;

    return !((uintptr_t)task->group | (uintptr_t)stack->error | stack->watched |
             sl_load_relaxed(&loop->runtime->closing) |
             (sl_fiber_flags(&task->fiber) & SL_FIBER_MUST_CANCEL)) &&
           !sley_is_error(word);
}

struct sley_loop *sl_task_main(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_task *task = sl_task_of(fiber);
    intptr_t word;

    sl_leave(loop);
    word = task->fn(task->arg);
    loop = sl_current();
    if (SL_UNLIKELY(!loop))
        sl_fork_returned();
    sl_enter_loop(loop);
    if (SL_UNLIKELY(!ends_plainly(loop, task, word)))
        return end(loop, task, word);
    if (SL_UNLIKELY(loop->team != NULL))
        return sl_shared_end_plainly(loop, task, word);
    if (SL_UNLIKELY(!sl_context_release_quickly(task->context)))
        return end(loop, task, word);
    loop->current = NULL;
    fiber->stack = NULL;
    task->context = 0;
    sl_link_remove(&task->all);
    sl_future_finish_one(&task->future, SL_DONE, word, NULL);
    loop->runtime->tasks_ended++;
    sl_future_drop(&task->future);
    return loop;
}

void sl_task_never_start(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_task *task = sl_task_of(fiber);

    if (loop->team)
        sl_stacks_unpromise_shared(&loop->stacks, fiber->stack_class);
    else
        sl_stacks_unpromise(&loop->stacks, fiber->stack_class);
    finish(loop, task, SL_CANCELLED, -ECANCELED, NULL);
}

/* ---- public ---- */

SL_INLINE struct sley_task *create(sley_fn *fn, const void *arg, size_t size,
                                const sley_task_options *options, void *site)
{
    struct sley_loop *loop = sl_enter();
    struct sley_task *task;

    if (SL_UNLIKELY(!loop))
        return NULL;
    if (SL_UNLIKELY(loop->team != NULL))
        return sl_shared_create(loop, fn, arg, size, options, site);
    task = make(loop, fn, arg, size, options, site, &loop->runtime->root);
    sl_leave(loop);
    return task;
}

SL_NOTES_CALLER
sley_task *sley_create_task(sley_fn *fn, void *arg)
{
    return create(fn, arg, 0, NULL, __builtin_return_address(0));
}

SL_NOTES_CALLER
sley_task *sley_create_task_with(sley_fn *fn, void *arg, const sley_task_options *options)
{
    return create(fn, arg, 0, options, __builtin_return_address(0));
}

SL_NOTES_CALLER
sley_task *sley_create_task_copy(sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options)
{
    return create(fn, arg, size, options, __builtin_return_address(0));
}

SL_NOTES_CALLER
sley_task *sley_loop_create_task(sley_loop *loop, sley_fn *fn, void *arg,
                                 const sley_task_options *options)
{
    struct sley_loop *here;
    struct sley_task *task;

    if (!sl_own_usable(loop))
        return NULL;
    here = sl_enter();
    task = sl_task_create(loop, fn, arg, 0, options, __builtin_return_address(0),
                          &loop->runtime->root);
    if (here)
        sl_leave(here);
    return task;
}

static SL_NOINLINE int spawned(struct sley_task *task)
{
    if (!task)
        return sl_current() ? -ENOMEM : sl_no_loop();
    sl_future_drop(&task->future);
    return 0;
}

SL_NOTES_CALLER
int sley_spawn(sley_fn *fn, void *arg)
{
    return spawned(create(fn, arg, 0, NULL, __builtin_return_address(0)));
}

SL_NOTES_CALLER
int sley_spawn_copy(sley_fn *fn, const void *arg, size_t size)
{
    return spawned(create(fn, arg, size, NULL, __builtin_return_address(0)));
}

SL_NOTES_CALLER
sley_future *sley_ensure_future(sley_coro coro)
{
    struct sley_task *task = create(coro.fn, coro.arg, 0, NULL, __builtin_return_address(0));

    return task ? &task->future : NULL;
}

intptr_t sley_coro_await(sley_coro coro)
{
    return coro.fn(coro.arg);
}
