/* sched/host.h: a thread that runs no loop and has a fiber for a while.
 *
 *     fiber                                  thread
 *     begins a wait, says where it is to go
 *     sl_host_enter: gives its worker up     sl_host_run: waits for the context, and switches to it
 *     runs here; sl_current is NULL
 *     sl_host_leave: saves its context ----> ends the wait, which makes the fiber ready
 *
 * For its loop it is parked all the time. */
#ifndef SL_SCHED_HOST_H
#define SL_SCHED_HOST_H

#include "fiber/exceptions.h"
#include "sched/worker.h"

struct sl_host {
    void *sp; /* the thread's own context */
    struct sl_exceptions *exceptions;
    struct sl_hook_fiber hook;
};

/* Before anybody can run it. */
SL_INLINE void sl_host_prepare(struct sl_fiber *self)
{
    sl_shared_store_relaxed(&self->sp, SL_FIBER_RUNS); /* of one loop: until it has been saved */
}
/* Returns NULL in the thread that runs it, whose `host` that one has written, or the loop if it was
 * made ready instead. */
SLEY_SUSPENDS struct sley_loop *sl_host_enter(struct sley_loop *loop, struct sl_fiber *self,
                                              struct sl_host *const *host);
/* The thread's: runs the fiber until it leaves. Its context is saved then. */
void sl_host_run(struct sl_host *host, struct sl_fiber *fiber);
/* Returns on the loop that it is run by next. */
SLEY_SUSPENDS struct sley_loop *sl_host_leave(struct sl_host *host, struct sl_fiber *self);

#endif
