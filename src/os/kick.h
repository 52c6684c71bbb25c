/* os/kick.h: a signal by which one thread makes another one look, whatever that one computes.
 *
 * The action is the process's: it is put in place by the first who begins and taken back by the
 * last who ends. A signal that `fn` does not know as a kick goes on to the handler of before. */
#ifndef SL_OS_KICK_H
#define SL_OS_KICK_H

#include "base/check.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* SIGURG: ignored by default, sent by nobody else, and debuggers let it pass. */
int sl_kick_default(void);

/* What the handler calls: was it a tick, and where was the thread? False: it is somebody else's. */
typedef bool sl_kick_fn(bool ticks, uintptr_t pc);

/* Any thread. 0; -EINVAL: no signal that can be caught, or a fault's. All who begin bring the same
 * fn. */
SL_MUST_USE int sl_kick_begin(int signal, sl_kick_fn *fn);
void sl_kick_end(int signal);
/* In the child of a fork: the actions of before. */
void sl_kicks_forked(void);

/* The thread lets it come; what its mask was is the caller's to restore. */
void sl_kick_unblock(int signal);
void sl_kick_send(pthread_t thread, int signal);

/* The calling thread is sent the signal each time that it has had so much of a processor, as
 * exactly as the kernel's tick allows. A call that waits is not interrupted. 0, or an error. */
int sl_kick_tick_begin(timer_t *tick, int signal, int64_t ns);
void sl_kick_tick_end(timer_t tick);

/* Processor time that a thread has had, ns: its clock, asked by itself, read by anybody. */
clockid_t sl_kick_clock(void);
int64_t sl_kick_clock_read(clockid_t clock);

#endif
