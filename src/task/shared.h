/* task/shared.h: tasks and futures of a runtime of many workers.
 *
 * Everything that changes a future there happens under its guard; see task/README.md, "Many
 * workers", for the order in which guards may be taken. */
#ifndef SL_TASK_SHARED_H
#define SL_TASK_SHARED_H

#include "task/task.h"

struct sley_task *sl_shared_make(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope, struct sley_task_group *group);
/* The same by the task that runs, or by a callback, outside of scopes and groups; and leaves. */
struct sley_task *sl_shared_create(struct sley_loop *loop, sley_fn *fn, const void *arg,
                                   size_t size, const sley_task_options *options, void *site);
/* The end of a task, which still runs on its stack; `error` is given. */
void sl_shared_end(struct sley_loop *loop, struct sley_task *task, enum sl_future_state state,
                   intptr_t word, sley_error *error);
/* The same where it has a value and no group, and nothing is left behind on its stack. */
struct sley_loop *sl_shared_end_plainly(struct sley_loop *loop, struct sley_task *task,
                                        intptr_t word);
/* Records, from and to the pools of the worker that runs this thread, or of all threads that are
 * none. */
void *sl_shared_take_record(struct sley_loop *loop, enum sl_future_kind kind);
void sl_shared_give_record(struct sley_future *future);

/* Under the guard: does one fiber wait, and nobody else? The usual case. */
SL_INLINE bool sl_shared_one_waits(const struct sl_list *waiters)
{
    const struct sl_link *first = waiters->head.next;

    return first != &waiters->head && first->next == &waiters->head &&
           !SL_CONTAINER(first, const struct sl_entry, link)->run;
}

/* Queues a call of the program's that a future's end has made due. `loop` is the caller's, or
 * NULL. */
void sl_shared_queue(struct sley_loop *loop, struct sley_future *future, struct sl_entry *entry);
/* The awaiter's side: task/future.c's wait_here. */
SLEY_SUSPENDS int sl_shared_wait(struct sley_loop **loop, struct sley_future *future);
/* The same, and what sley_await and sley_join do afterwards; leaves. */
SLEY_SUSPENDS intptr_t sl_shared_await(struct sley_loop *loop, struct sley_future *future,
                                       bool drop);
bool sl_shared_await_cancel(struct sley_loop *loop, struct sl_wait *wait);
/* An edge request, from any thread; the caller holds a reference. */
bool sl_shared_cancel(struct sley_task *task);
/* Marks, and cancels once, the fibers inside of a scope whose code has just been set. */
void sl_shared_scope_cancelled(struct sley_loop *loop, struct sley_scope *scope);

/* Nothing can run: ends what has not begun, and forgets all other places in queues. */
void sl_shared_end_unstarted(struct sley_loop *loop);
/* Calls `visit` for each task that is not done, with a reference that it may keep (return true). */
void sl_shared_each_task(struct sl_team *team, bool (*visit)(struct sley_task *task, void *arg),
                         void *arg);

#endif
