/* ring/deliver.h: what every implementation does when it takes an operation and gives it back. */
#ifndef SL_RING_DELIVER_H
#define SL_RING_DELIVER_H

#include "os/hooks.h"
#include "ring/kernel.h"
#include "ring/ring.h"

SL_INLINE bool sl_op_receives(const struct sl_op *op)
{
    return op->opcode == IORING_OP_RECV || op->opcode == IORING_OP_READ;
}
SL_INLINE bool sl_op_sends(const struct sl_op *op)
{
    return op->opcode == IORING_OP_SEND || op->opcode == IORING_OP_WRITE;
}

/* The ring's own: the doorbell and the watch. They are in flight for nobody. */
SL_INLINE bool sl_ring_is_its_own(const struct sl_ring *ring, const struct sl_op *op)
{
    return (uintptr_t)op - (uintptr_t)ring < sizeof *ring;
}

SL_INLINE void sl_ring_taken(struct sl_ring *ring, struct sl_op *op)
{
    SL_DEBUG_CHECK(op->state == SL_OP_IDLE);
    op->cancelled = 0;
    op->link.next = NULL;
    ring->submitted++;
    ring->in_flight += !sl_ring_is_its_own(ring, op);
    sl_hook_submitted(op, sl_op_receives(op) || sl_op_sends(op)
                              ? (const void *)(uintptr_t)op->address : NULL, op->length);
}

/* The operation is in no list any more. */
SL_INLINE void sl_ring_deliver(struct sl_ring *ring, struct sl_op *op, int32_t result,
                               uint32_t cqe_flags)
{
    op->result = result;
    op->cqe_flags = cqe_flags;
    ring->completed++;
    if (SL_LIKELY(!(cqe_flags & IORING_CQE_F_MORE))) {
        op->state = SL_OP_IDLE;
        ring->in_flight -= !sl_ring_is_its_own(ring, op);
    }
    sl_hook_completed(op, sl_op_receives(op) ? (void *)(uintptr_t)op->address : NULL,
                      result > 0 ? (size_t)result : 0);
    op->complete(ring, op);
}

SL_INLINE void sl_op_unlink(struct sl_op *op)
{
    sl_link_remove(&op->link);
    op->link.next = NULL;
}

/* ring.c: an operation in the backlog is cancelled: it completes with the next turn. */
void sl_ring_end_waiting(struct sl_ring *ring, struct sl_op *op);
void sl_ring_end_waiting_on(struct sl_ring *ring, int fd);
/* Delivers those; `amid` the program's code: if they may be. Returns how many. */
unsigned sl_ring_deliver_ended(struct sl_ring *ring, bool amid);

/* doorbell.c */
void sl_doorbell_arm(struct sl_ring *ring);
/* ring.c: does what other threads have put into the mail. */
void sl_ring_read_mail(struct sl_ring *ring);

#endif
