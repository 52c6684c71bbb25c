/* ring/perform.h: an operation by plain calls: what the simulated ring and that of epoll share. */
#ifndef SL_RING_PERFORM_H
#define SL_RING_PERFORM_H

#include "ring/kernel.h"
#include "ring/op.h"

#include <poll.h>

/* How far an operation has come: in sl_op.generation, which these rings do not need. AGAIN: no
 * event will tell when to try. BEGUN: a thread has it. */
enum { SL_PERFORM_FRESH, SL_PERFORM_CONNECTING, SL_PERFORM_AGAIN, SL_PERFORM_BEGUN };

SL_INLINE void *sl_op_buffer(const struct sl_op *op)
{
    return (void *)(uintptr_t)op->address;
}

/* What the operation waits for, or 0 if it can be tried at any time. */
short sl_perform_events(const struct sl_op *op);
/* Does it once, with `length` bytes of its buffer, and does not wait (but for a disk). -EAGAIN:
 * not yet. */
int64_t sl_perform(struct sl_op *op, size_t length);
/* A read or write by a call that says so if it would wait; -EOPNOTSUPP: of this file it cannot. */
int64_t sl_perform_now(const struct sl_op *op);
/* The same of an operation on a file, in a thread that may wait. */
int64_t sl_perform_waiting(struct sl_op *op);
/* It could not open the file yet: somebody has a lease on it. */
bool sl_perform_opens_later(const struct sl_op *op, int64_t result);

/* In the child of a fork. */
void sl_perform_forked(void);

#endif
