/* sley/task.h: tasks, and sleep.
 *
 * A task is a coroutine function on a fiber of its own. The runtime keeps it alive until it ends:
 * forgetting a handle does not make it vanish. A handle is one counted reference with one owner:
 * sley_join (await and drop) is the everyday form, sley_task_drop and SLEY_AUTO the others.
 * A borrowed argument must outlive the task, which only a group guarantees; the _copy forms copy
 * it (64 bytes and fewer without allocating). asyncio: Task.
 */
#ifndef SLEY_TASK_H
#define SLEY_TASK_H

#include <sley/base.h>
#include <sley/context.h>
#include <sley/coro.h>
#include <sley/future.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

typedef struct sley_task_options {
    const char *name;      /* borrowed for the task's life; NULL: "task" */
    size_t stack_size;     /* bytes, rounded up to a power of two from 16 KiB; 0: the runtime's */
    sley_context *context; /* NULL: a copy of the creator's; else shared with it */
    bool pinned;           /* of many workers: stays on the loop of `worker`, as all tasks of one
                              loop do; local primitives are for such tasks */
    unsigned worker;       /* 0 ... workers - 1; none other: no task */
} sley_task_options;

#define SLEY_TASK_OPTIONS(...) SLEY_LITERAL_(sley_task_options, __VA_ARGS__)

/* Makes a task of fn(arg) and queues its start behind everything that is ready; it never runs
 * inside this call. NULL: no memory, or no running loop. asyncio: create_task(). */
sley_task *sley_create_task(sley_fn *fn, void *arg) SLEY_NODISCARD;
sley_task *sley_create_task_with(sley_fn *fn, void *arg,
                                 const sley_task_options *options) SLEY_NODISCARD;
/* Copies `size` bytes of the argument into the task; fn gets a pointer to the copy. */
sley_task *sley_create_task_copy(sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options) SLEY_NODISCARD;
/* A task without a handle; its error goes to the exception handler. 0, -ENOMEM, -SLEY_ENOLOOP. */
int sley_spawn(sley_fn *fn, void *arg);
int sley_spawn_copy(sley_fn *fn, const void *arg, size_t size);

/* A coroutine as a future: a new task (one reference). asyncio: ensure_future(). */
sley_future *sley_ensure_future(sley_coro coro) SLEY_NODISCARD;

sley_task *sley_task_ref(sley_task *task);
void sley_task_drop(sley_task *task);
/* The task as a future, borrowed: for gather, wait, wait_for, shield, callbacks. */
sley_future *sley_task_future(sley_task *task);

/* Waits for the task and returns its word; the handle stays. Cancelling the waiter cancels the
 * task. Errors as sley_await; -SLEY_ECYCLE for oneself. asyncio: await task. */
SLEY_SUSPENDS intptr_t sley_task_await(sley_task *task);
/* Waits, and drops the handle (also if the wait was cancelled). Any thread (future.h). */
SLEY_SUSPENDS intptr_t sley_join(sley_task *task);

/* Asks the task to stop: a request that its next suspension reports as -ECANCELED, once. What it
 * is waiting for is cancelled at once. Returns false if it is done. Any thread with a reference;
 * one that does not run the task's loop leaves the request to the loop: true says that the task was
 * not done when it was asked. asyncio: cancel(). */
bool sley_task_cancel(sley_task *task);
/* Takes one request back and returns how many are left; at none, a request that has not been
 * delivered is forgotten. asyncio: uncancel(), cancelling(). */
unsigned sley_task_uncancel(sley_task *task);
unsigned sley_task_cancelling(const sley_task *task);

bool sley_task_done(const sley_task *task);
bool sley_task_cancelled(const sley_task *task);
intptr_t sley_task_result(sley_task *task);    /* as sley_future_result */
intptr_t sley_task_exception(sley_task *task); /* as sley_future_exception */
const char *sley_task_get_name(const sley_task *task);
void sley_task_set_name(sley_task *task, const char *name); /* borrowed */
sley_coro sley_task_get_coro(const sley_task *task);
/* The task's context, borrowed; NULL when it is done, or without memory. Of another task only while
 * no other thread can run or end it: give a task that others are to know sley_task_options.context,
 * and keep that. */
sley_context *sley_task_get_context(const sley_task *task);

/* The task that runs, borrowed; NULL in a callback or outside. asyncio: current_task(). */
sley_task *sley_current_task(void);
/* References to all tasks of the runtime that are not done: stores at most `n` of them, each to
 * be dropped, and returns how many there are. asyncio: all_tasks(). */
size_t sley_all_tasks(sley_task **tasks, size_t n);

/* Suspends for a duration. Zero or less lets everything else that is ready run first, once.
 * 0, -ECANCELED, a scope's code. asyncio: sleep(). */
SLEY_SUSPENDS int sley_sleep(sley_duration duration);
/* The same, and returns `result` at the end. asyncio: sleep(delay, result). */
SLEY_SUSPENDS intptr_t sley_sleep_result(sley_duration duration, intptr_t result);
SLEY_SUSPENDS int sley_sleep_until(sley_instant when);
/* sley_sleep(0). */
SLEY_SUSPENDS int sley_yield(void);
/* For a task that computes: the same, if it has gone on for 200 us since its first call of this in
 * its turn, or if it has been cancelled; else 0 at once, which costs what reading the clock does.
 * On the virtual clock always. 0, -ECANCELED, a scope's code, -SLEY_ENOLOOP. */
SLEY_SUSPENDS int sley_checkpoint(void);

/* ---- workers ---- */

/* Calls fn(arg), as part of the calling task, on the given worker (0 ... count - 1), and returns
 * what it returned. Inside the task is pinned there: it may use what belongs to that loop (local
 * primitives, readers) and leaves it for no other. Afterwards it is stealable again, and stays
 * where it is until it suspends. Suspends if the worker is another one; that is no point of
 * cancellation, but in a cancelled scope nothing is called. -EINVAL: no such worker;
 * -SLEY_ENOLOOP. */
SLEY_SUSPENDS intptr_t sley_run_on(unsigned worker, sley_fn *fn, void *arg);
/* The worker that runs this now; a stealable task's may be another after any suspension. 0 outside
 * of a runtime, too. */
unsigned sley_worker_index(void);
/* How many workers the running runtime has; 0 outside of one. */
unsigned sley_worker_count(void);

void sley_task_cleanup_(sley_task **task);
void sley_future_cleanup_(sley_future **future);

SLEY_END_DECLS

/* SLEY_AUTO(sley_task) t = sley_create_task(...); drops the handle at the end of the block. */
#define SLEY_AUTO(type) __attribute__((cleanup(type##_cleanup_))) type *

#ifdef __cplusplus
static inline sley_future *sley_future_of_(sley_task *task) { return sley_task_future(task); }
static inline sley_future *sley_future_of_(sley_future *future) { return future; }
static inline intptr_t sley_await_any_(sley_task *task) { return sley_task_await(task); }
static inline intptr_t sley_await_any_(sley_future *future) { return sley_await(future); }
static inline intptr_t sley_await_any_(sley_coro coro) { return sley_coro_await(coro); }
#define SLEY_FUTURE(x) (sley_future_of_(x))
#define SLEY_AWAIT(x) (sley_await_any_(x))
#else
static inline sley_future *sley_future_itself_(sley_future *future) { return future; }
/* A task or a future as a future. */
#define SLEY_FUTURE(x) \
    (_Generic((x), sley_task *: sley_task_future, sley_future *: sley_future_itself_)(x))
/* await: a task, a future or a coroutine. */
#define SLEY_AWAIT(x)                    \
    (_Generic((x),                       \
         sley_task *: sley_task_await,   \
         sley_future *: sley_await,      \
         sley_coro: sley_coro_await)(x))
#endif
#endif
