/* os/signals.h: what sley does to a thread's and a process's signals, and undoes.
 *
 * A thread that runs a loop blocks SIGPIPE (writing to a pipe nobody reads is -EPIPE) and has an
 * alternate stack of 64 KiB for the handlers of faults and kicks. Process-wide are SIGSEGV and
 * SIGBUS (first loop), SIGINT (a runner) and the report signal (options): previous actions come
 * back at the end. */
#ifndef SL_OS_SIGNALS_H
#define SL_OS_SIGNALS_H

#include "base/check.h"

#include <signal.h>
#include <stdbool.h>

struct sl_thread_signals {
    sigset_t mask;       /* before */
    bool pipe_pending;   /* a SIGPIPE was pending before: not ours to take */
    stack_t stack;       /* the thread's own alternate stack, if it had one */
    void *memory;        /* ours */
};

/* For the thread that runs a loop, around the run. */
void sl_thread_signals_enter(struct sl_thread_signals *saved);
void sl_thread_signals_leave(struct sl_thread_signals *saved);
/* In the child of a fork: the mask of before, as far as it is ours. */
void sl_thread_signals_forked(const struct sl_thread_signals *saved);

/* The fault handler: `describe` is asked, on the alternate stack, to print what it knows about a
 * faulting address; the signal then takes its usual course. Installed once. */
void sl_fault_handler_install(bool (*describe)(const void *address));

/* A signal whose handler calls fn(arg); one owner a signal. False: somebody else's, left alone.
 * `only_default`: only where the default action is in place. Any thread. */
SL_MUST_USE bool sl_signal_take(int signal, void (*fn)(void *arg), void *arg, bool only_default);
/* By who took it. Once this has returned, no thread is in fn. */
void sl_signal_give_back(int signal);
/* Inside of fn: the action of before is in place again; the owner gives it back all the same. */
void sl_signal_by_default(int signal);
/* In the child of a fork: gives all back, they are the parent's. */
void sl_signals_forked(void);

#endif
