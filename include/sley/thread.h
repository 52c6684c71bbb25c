/* sley/thread.h: blocking work in plain threads, and calls from them.
 *
 * Cancelling an await of such work does not stop a thread that runs it; work that has not begun
 * is taken back. asyncio: to_thread(), run_in_executor(), run_coroutine_threadsafe().
 */
#ifndef SLEY_THREAD_H
#define SLEY_THREAD_H

#include <sley/base.h>
#include <sley/future.h>
#include <sley/coro.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

typedef struct sley_executor sley_executor;

/* A pool of at most `threads` threads (0: cpus + 4, at most 32), started when needed.
 * 0, -ENOMEM. asyncio: ThreadPoolExecutor. */
int sley_executor_new(sley_executor **executor, unsigned threads);
/* Waits for what runs and is queued, joins the threads, frees the pool. Blocks the thread. */
void sley_executor_close(sley_executor *executor);

/* Runs fn(arg) in the pool (NULL: the loop's default one) and returns its word as a future, one
 * reference. Cancelling the future takes work back that has not begun. NULL: no memory, no loop.
 * asyncio: loop.run_in_executor(). */
sley_future *sley_run_in_executor(sley_executor *executor, sley_fn *fn, void *arg) SLEY_NODISCARD;
/* Runs fn(arg) in the default pool, in the caller's context, and waits for its word. The argument
 * must outlive the call even if the wait is cancelled: then the thread may still be reading it.
 * asyncio: to_thread(). */
SLEY_SUSPENDS intptr_t sley_to_thread(sley_fn *fn, void *arg);
/* The same with a copy of `size` bytes, which lives as long as the work. */
SLEY_SUSPENDS intptr_t sley_to_thread_copy(sley_fn *fn, const void *arg, size_t size);

/* A task on another thread's loop, seen from a plain thread. asyncio: concurrent.futures.Future. */
typedef struct sley_thread_future sley_thread_future;
/* Any thread but the loop's: starts fn(arg) as a task there; among many workers any of them may
 * run it, once the one that was named has made it: while that one computes or blocks without
 * suspending it waits (loop.h, call_soon_threadsafe), and so does a cancel. 0 and one reference in
 * *future; -ENOMEM, -SLEY_EFINISHED (closed), -EINVAL: no loop, no function; -SLEY_EFORKED.
 * asyncio: run_coroutine_threadsafe(). */
int sley_run_coroutine_threadsafe(sley_loop *loop, sley_fn *fn, void *arg,
                                  sley_thread_future **future);
/* Blocks the thread until it is done, or for so long (-SLEY_ETIMEOUT, nothing is cancelled), and
 * returns its word. -SLEY_ERUNNING: the caller is a worker of that runtime. */
intptr_t sley_thread_future_result(sley_thread_future *future, sley_duration timeout);
/* Asks the task to cancel. Any thread. */
void sley_thread_future_cancel(sley_thread_future *future);
bool sley_thread_future_done(sley_thread_future *future);
void sley_thread_future_drop(sley_thread_future *future);

SLEY_END_DECLS
#endif
