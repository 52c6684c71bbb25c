/* sley/future.h: a word that will be there later.
 *
 * Futures are counted; a pointer that a function returns is one reference, given back with
 * sley_future_drop. A task is a future too (task.h: sley_task_future). asyncio: Future.
 *
 * Threads. A future of sley_future_new, and a job (thread.h), may be completed, cancelled, asked,
 * awaited, referenced and dropped by any thread that has a reference, and by any worker; who
 * completes it is who comes first. Before the loop is closed (at the end of sley_run, too) every
 * such thread must have returned from its calls and have dropped its references: closing frees the
 * records, and who still waits, completes or drops then does so in memory that is gone. In a
 * runtime of many workers all of that holds for tasks, gathers and shields, too. In a runtime of
 * one loop those are the loop's: of another thread's calls they allow to be asked (done,
 * cancelled, result, exception), awaited, joined, and, of a task, cancelled; references to them are
 * taken and given back by the loop's thread (in debug mode a task that another thread drops ends
 * the process), and other threads' callbacks go through sley_loop_call_soon_threadsafe.
 */
#ifndef SLEY_FUTURE_H
#define SLEY_FUTURE_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

/* A pending future of the running loop, or NULL: no memory or no loop. asyncio:
 * loop.create_future(). */
sley_future *sley_future_new(void);
sley_future *sley_future_ref(sley_future *future);
/* Gives a reference back. An error that nobody retrieved is then reported to the exception
 * handler. NULL does nothing. */
void sley_future_drop(sley_future *future);

/* Completes it: 0, or -SLEY_EINVALIDSTATE if it is done already (or is a task). Everybody who
 * waits is queued in the order of waiting, nothing runs inside this call. set_result refuses a
 * value in the error range with -SLEY_EVALUE. set_exception takes an error (negative) and keeps
 * the caller's current detail if it has that code. asyncio: set_result, set_exception. */
int sley_future_set_result(sley_future *future, intptr_t value);
int sley_future_set_exception(sley_future *future, intptr_t error);
/* Cancels: true, or false if it was done. Of a task: sley_task_cancel. A gather or a shield of one
 * loop is not cancelled by another thread: false. asyncio: cancel(). */
bool sley_future_cancel(sley_future *future);

bool sley_future_done(const sley_future *future);
bool sley_future_cancelled(const sley_future *future);
/* The word: a value, an error, -ECANCELED; -SLEY_EINVALIDSTATE while it is pending. The error
 * counts as retrieved, and its detail becomes the caller's. asyncio: result(). */
intptr_t sley_future_result(sley_future *future);
/* The error alone: 0 if it succeeded, else as result. asyncio: exception(). */
intptr_t sley_future_exception(sley_future *future);
sley_loop *sley_future_get_loop(const sley_future *future);

/* Called once, through the ready queue, never inside of a completion. On one loop, in order of
 * registration. Among many workers: of a pinned task, and of a future that a pinned task made, on
 * that loop, in order; of others on any worker. The future is borrowed for the call.
 * 0 or -ENOMEM. asyncio: add_done_callback(). */
typedef void sley_done_callback(sley_future *future, void *arg);
int sley_future_add_done_callback(sley_future *future, sley_done_callback *fn, void *arg);
/* Removes every (fn, arg) that has not been queued, and returns how many. */
int sley_future_remove_done_callback(sley_future *future, sley_done_callback *fn, void *arg);

/* Waits for the future and returns its word. Does not suspend if it is done. Cancelling the
 * waiting task cancels the future. The reference stays the caller's. -EINVAL for NULL;
 * -SLEY_EWRONGLOOP for another loop's; -SLEY_ECYCLE if tasks would await each other in a ring.
 * asyncio: await future.
 *
 * In a thread that runs no loop it blocks the thread, which is no suspension and is not cancelled:
 * concurrent.futures' result(). Whoever made a loop and does not run it waits until another thread
 * runs it, or completes the future. */
SLEY_SUSPENDS intptr_t sley_await(sley_future *future);
/* The same with two channels: returns the status of the wait (0, -ECANCELED, -SLEY_ETIMEOUT, ...)
 * and, if that is 0, stores the future's word. */
SLEY_SUSPENDS int sley_await_into(sley_future *future, intptr_t *outcome);

SLEY_END_DECLS
#endif
