/* sley/loop.h: the event loop, its callbacks and timers.
 *
 * One FIFO of callbacks and ready tasks, run in order; a *pass* runs at most 64 of them or for
 * 200 us, then the ring and the timers are looked at. On one loop the order of everything that
 * tasks and callbacks cause is CPython 3.13's.
 *
 * Unless it says "any thread", a function belongs to the thread that runs the loop. While nobody
 * does, the loop is the thread's that made it, ran it last, or was the last to make a task, a
 * future or a call in it; what other threads ask for then waits for the next run. A loop's ring is
 * made by the thread that runs it.
 */
#ifndef SLEY_LOOP_H
#define SLEY_LOOP_H

#include <sley/base.h>
#include <sley/future.h>
#include <sley/options.h>
#include <sley/task.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

/* ---- the loop ---- */

/* The loop that runs in this thread, or NULL. asyncio: get_running_loop(). */
sley_loop *sley_get_running_loop(void);

/* A loop that nobody runs yet. 0, -ENOMEM, -EINVAL. asyncio: new_event_loop(). */
int sley_loop_new(sley_loop **loop, const sley_options *options);

/* Runs until sley_loop_stop. 0; -SLEY_ERUNNING, -SLEY_EFINISHED (closed), -SLEY_ENOURING, ...
 * What sley_run may lack (run.h) is the error here, too; nothing has run then, and what was queued
 * is there for the next run. */
int sley_loop_run_forever(sley_loop *loop);
/* Runs until the future is done, and returns its word (which is thereby retrieved).
 * -SLEY_ESTOPPED if the loop was stopped before. asyncio: run_until_complete(). */
intptr_t sley_loop_run_until_complete(sley_loop *loop, sley_future *future);
/* The same with a task made of fn(arg) here. */
intptr_t sley_loop_run_coro(sley_loop *loop, sley_fn *fn, void *arg);
/* Lets the loop finish what is ready now and return. asyncio: stop(). */
void sley_loop_stop(sley_loop *loop);
/* Cancels (sticky) and finishes the tasks that are left, reporting each, joins the executor, and
 * frees the loop, its tasks and its futures. Not while it runs: -SLEY_ERUNNING. Before this, other
 * threads must be done with all of them (future.h). NULL does nothing. */
int sley_loop_close(sley_loop *loop);
bool sley_loop_is_running(const sley_loop *loop);
sley_instant sley_loop_time(const sley_loop *loop);
bool sley_loop_get_debug(const sley_loop *loop);
void sley_loop_set_debug(sley_loop *loop, bool debug);

/* ---- callbacks ---- */

/* A scheduled call, by value; may be ignored. It is a record of the loop and which of the record's
 * calls is meant, so it stays harmless after its call ran or was cancelled, also when the record
 * is another call's; but not after sley_loop_close, which frees the records. */
typedef struct sley_handle {
    void *_record;
    sley_loop *_loop;
    uint64_t _generation;
} sley_handle;

/* Queues a call behind everything that is ready. An empty handle (sley_handle_valid is false)
 * means no memory or no running loop. The callback runs in the caller's context (context.h).
 * asyncio: call_soon(). */
sley_handle sley_call_soon(sley_callback *fn, void *arg);
sley_handle sley_call_later(sley_duration delay, sley_callback *fn, void *arg);
sley_handle sley_call_at(sley_instant when, sley_callback *fn, void *arg);
sley_handle sley_loop_call_soon(sley_loop *loop, sley_callback *fn, void *arg);
sley_handle sley_loop_call_later(sley_loop *loop, sley_duration delay, sley_callback *fn,
                                 void *arg);
sley_handle sley_loop_call_at(sley_loop *loop, sley_instant when, sley_callback *fn, void *arg);

bool sley_handle_valid(sley_handle handle);
/* Takes the call back; harmless when it ran already or was cancelled. */
void sley_handle_cancel(sley_handle handle);
/* True if the call was cancelled before it ran (until its record names another call). */
bool sley_handle_cancelled(sley_handle handle);
/* When a timer is due; SLEY_NEVER once it is queued, ran or was cancelled, and for call_soon.
 * asyncio: TimerHandle.when(). */
sley_instant sley_handle_when(sley_handle handle);

/* Any thread, and signal handlers not: queues a call and wakes the loop, which is the worker that
 * was named, also among many: there the calls of a thread run in their order. Nobody else takes
 * them: while a task computes or blocks on that worker without suspending they wait, also where
 * others go on with what its ring and its timers hold (options.rescue_signal). What must not wait
 * for one worker is told by a future or a shared primitive: a stealable task goes on anywhere.
 * 0, -ENOMEM, -SLEY_EFINISHED (closed), -EINVAL: no loop, no function; -SLEY_EFORKED.
 * asyncio: call_soon_threadsafe(). */
int sley_loop_call_soon_threadsafe(sley_loop *loop, sley_callback *fn, void *arg);

/* ---- tasks and futures of a loop that need not run yet ---- */

sley_task *sley_loop_create_task(sley_loop *loop, sley_fn *fn, void *arg,
                                 const sley_task_options *options);
sley_future *sley_loop_create_future(sley_loop *loop);

/* ---- errors that nobody else can take ---- */

/* Replaces the handler (NULL: the default, which prints to stderr); of many workers while nobody
 * runs them. In which thread it is called says options.h. asyncio: set_exception_handler. */
void sley_loop_set_exception_handler(sley_loop *loop, sley_exception_handler *handler, void *arg);
void sley_loop_call_exception_handler(sley_loop *loop, const sley_exception *exception);
void sley_loop_default_exception_handler(sley_loop *loop, const sley_exception *exception);

/* Runs what is ready now, once, and what the ring and the timers have; never waits. True if
 * anything ran. For tests. */
bool sley_loop_run_once(sley_loop *loop);

SLEY_END_DECLS
#endif
