/* sley/run.h: asyncio.run and asyncio.Runner. */
#ifndef SLEY_RUN_H
#define SLEY_RUN_H

#include <sley/base.h>
#include <sley/options.h>

SLEY_BEGIN_DECLS

/* Runs main(arg) as a task on a new loop in the calling thread and returns what it returned.
 * Afterwards every other task is cancelled and awaited, its error reported, and the default
 * executor joined. Blocks the thread; call it from outside of any loop.
 *
 * Ctrl-C (where SIGINT still has its default action): the first one cancels the main task, and
 * run returns -EINTR if main ended cancelled by it; the second one ends the process.
 *
 * Errors: what main returned; -SLEY_ERUNNING inside a loop; -SLEY_ENOURING (options.backend);
 * -ENOMEM, -EMFILE; -EAGAIN: a worker's thread; -SLEY_EDEADLOCK (options.on_deadlock). Of many
 * workers each has a thread and a ring, and all of them are there before anything runs: without
 * one that is the error, and main has not begun. asyncio: run(). */
intptr_t sley_run(sley_fn *main, void *arg, const sley_options *options);

/* sley_run as the last line of main: returns the exit status, and an error is printed to stderr,
 * "program: SLEY_EVALUE: its text". The status is what the coroutine returned (255 for what does
 * not fit into 0 ... 255), 1 for an error, and 130, without a word, for sley_run's -EINTR. */
int sley_main(sley_fn *main, void *arg, const sley_options *options);

/* A loop that runs several coroutines one after the other, with one context.
 * asyncio: Runner. The thread that runs it is the one that calls sley_runner_run. */
typedef struct sley_runner {
    sley_loop *_loop;
    sley_context *_context;
    void *_spare[2];
} sley_runner;

int sley_runner_open(sley_runner *runner, const sley_options *options);
/* As sley_run, without the ending. -SLEY_EFINISHED after close. After an error of the run itself
 * the next one works: if main had not begun it never does, and what else was queued is there; if it
 * had (-SLEY_EDEADLOCK; -SLEY_ESTOPPED: sley_loop_stop) all tasks have been cancelled (sticky). */
intptr_t sley_runner_run(sley_runner *runner, sley_fn *main, void *arg);
sley_loop *sley_runner_get_loop(sley_runner *runner);
/* Cancels and awaits what is left, then closes the loop. Harmless twice. */
void sley_runner_close(sley_runner *runner);

SLEY_END_DECLS
#endif
