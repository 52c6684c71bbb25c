/* task/task.h: the task record: 256 bytes, from a pool of its loop, until its last reference.
 *
 * Line 1: the future and what to run. Line 2: the fiber. Line 3: names and lists. Line 4: a copied
 * argument, or in debug mode a note about one that is not (dead_argument.h). The stack is bound
 * when the task first runs and is given back when it ends. */
#ifndef SL_TASK_TASK_H
#define SL_TASK_TASK_H

#include "task/future.h"

#include <sley/task.h>

#define SL_TASK_COPY 64

struct sley_task {
    struct sley_future future;
    sley_fn *fn;
    void *arg;

    struct sl_fiber fiber;

    const char *name;
    void *site;                    /* who created it: a return address */
    uintptr_t context;             /* task/context.h */
    struct sl_link all;            /* the runtime's list */
    struct sley_task_group *group; /* NULL: none */
    struct sl_link sibling;        /* the group's list */

    _Alignas(16) char copy[SL_TASK_COPY];
};
_Static_assert(sizeof(struct sley_task) == 256, "a task record is four cache lines");

SL_INLINE struct sley_task *sl_task_of(struct sl_fiber *fiber)
{
    return SL_CONTAINER(fiber, struct sley_task, fiber);
}
SL_INLINE struct sley_task *sl_task_of_future(struct sley_future *future)
{
    return SL_CONTAINER(future, struct sley_task, future);
}
/* The running task. */
SL_INLINE struct sley_task *sl_task_current(struct sley_loop *loop)
{
    return loop->current ? sl_task_of(loop->current) : NULL;
}

/* Makes a task and queues its start. `size` bytes of arg are copied if size > 0. NULL: no memory.
 * The caller's reference is the second one; the first is the runtime's. */
struct sley_task *sl_task_create(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope);
/* For task/build.h: the copy, or NULL. */
void *sl_task_copy_argument(struct sley_task *task, const void *arg, size_t size);
bool sl_task_cancel(struct sley_loop *loop, struct sley_task *task);
/* By a thread that does not run the loop, of a task of one loop; and what the loop does then. */
bool sl_task_ask(struct sley_task *task);
void sl_task_asked(struct sley_loop *loop);
unsigned sl_task_uncancel(struct sley_task *task);

/* The runner of sched/worker.h. */
struct sley_loop *sl_task_main(struct sley_loop *loop, struct sl_fiber *fiber);
void sl_task_never_start(struct sley_loop *loop, struct sl_fiber *fiber);

/* handle.c: what a record of a call takes. */
size_t sl_handle_size(bool many);

/* task_group.c: waits for the children of the group that is its object. */
extern const struct sl_wait_class sl_group_exit_class;
/* A child of a group has ended (its own entry, queued). */
void sl_task_group_child_done(struct sley_loop *loop, struct sl_entry *entry);
/* Of many workers, before the child is queued: false if the group takes none any more. */
bool sl_task_group_join(struct sley_loop *loop, struct sley_task_group *group,
                        struct sley_task *child);
/* The same at once, of many workers. */
void sl_task_group_child_ended(struct sley_loop *loop, struct sley_task *task);

#endif
