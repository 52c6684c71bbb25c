/* sley/task_group.h: a block that does not end before the tasks made in it.
 *
 *     sley_task_group group = SLEY_TASK_GROUP_INIT;
 *     SLEY_TASK_GROUP(&group) {
 *         sley_task_group_create_task(&group, fetch, "a");
 *         sley_task_group_create_task(&group, fetch, "b");
 *     }
 *     return group.rc;     0, -SLEY_EGROUP with the list as detail, -ECANCELED, ...
 *
 * The first child that fails (not: is cancelled) aborts the group: its siblings are cancelled, and
 * so is the block. Leaving waits for every child, always. In the macro form an abort is sticky:
 * every suspending call in the block fails at once. A block of the macro that ends while
 * sley_task_cancelling() is above its value at entry counts as ended by a cancel; an error path
 * calls sley_task_group_cancel before it leaves. `return` out of the block waits too.
 *
 * The enter/exit form is asyncio's, edge for edge. asyncio: TaskGroup.
 */
#ifndef SLEY_TASK_GROUP_H
#define SLEY_TASK_GROUP_H

#include <sley/base.h>
#include <sley/scope.h>
#include <sley/task.h>

SLEY_BEGIN_DECLS

/* Caller-allocated, by the task that enters it; stays valid after the block. Read `rc` alone. */
typedef struct sley_task_group {
    intptr_t rc;           /* how the block ended, after it */
    sley_task *_parent;
    sley_links _children;  /* those that are not done, oldest first */
    sley_links _failed;    /* those that failed, in the order of their ends */
    void *_waiter;
    size_t _failures;
    uint32_t _flags;
    uint32_t _cancelling;
    sley_scope _scope;
    void *_spare[3];
} sley_task_group;

#define SLEY_TASK_GROUP_INIT \
    {0, NULL, {NULL, NULL}, {NULL, NULL}, NULL, 0, 0, 0, SLEY_SCOPE_INIT, {NULL, NULL, NULL}}

/* Creates a child without a handle. 0; -SLEY_EFINISHED before entry, after the exit and while the
 * group is aborting; -ENOMEM. Allowed while the block waits in its exit as long as a child is left
 * (children may add siblings). asyncio: create_task(). */
int sley_task_group_create_task(sley_task_group *group, sley_fn *fn, void *arg);
int sley_task_group_create_task_copy(sley_task_group *group, sley_fn *fn, const void *arg,
                                     size_t size);
/* The same with options (or NULL), and a reference to the child (or NULL) stored in *task. */
int sley_task_group_create_task_into(sley_task_group *group, sley_task **task, sley_fn *fn,
                                     void *arg, const sley_task_options *options);

/* Ends the group early: cancels the block and every child; leaving is then no error.
 * asyncio: TaskGroup.cancel() of 3.15. */
void sley_task_group_cancel(sley_task_group *group);

/* asyncio's form. exit takes the word with which the block ended (an error aborts the group),
 * waits, and returns the word to go on with: -SLEY_EGROUP beats -ECANCELED beats `status`. */
int sley_task_group_enter(sley_task_group *group);
SLEY_SUSPENDS intptr_t sley_task_group_exit(sley_task_group *group, intptr_t status);

/* The sticky form, for SLEY_TASK_GROUP. */
void sley_task_group_scope_enter(sley_task_group *group);
SLEY_SUSPENDS void sley_task_group_scope_exit(sley_task_group *group);

static inline void sley_task_group_scope_exit_(sley_task_group **group)
{
    sley_task_group_scope_exit(*group);
}
static inline sley_task_group *sley_task_group_entered_(sley_task_group *group)
{
    sley_task_group_scope_enter(group);
    return group;
}

SLEY_END_DECLS

#define SLEY_TASK_GROUP(group)                                                          \
    for (sley_task_group * SLEY_UNIQUE(sley_g)                                          \
             __attribute__((cleanup(sley_task_group_scope_exit_))) =                    \
             sley_task_group_entered_(group),                                           \
             *SLEY_UNIQUE(sley_o) = SLEY_UNIQUE(sley_g);                                \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#endif
