/* ring/op.h: one operation on a descriptor, from the call that queues it to its own completion.
 *
 * The record lies with whoever waits (a fiber's stack, a listener) and is retired only by its own
 * completion: a cancel is a request, never an end. Its vocabulary is io_uring's: opcode and fields
 * mean what they mean in an sqe. */
#ifndef SL_RING_OP_H
#define SL_RING_OP_H

#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>

struct sl_ring;

enum sl_op_state {
    SL_OP_IDLE,    /* the caller's: not queued, or retired */
    /* The ring's: the record and its buffer must stay. */
    SL_OP_QUEUED,  /* in the submission queue or in flight */
    SL_OP_WAITING, /* in the backlog: found no room yet */
    SL_OP_ENDED,   /* cancelled in the backlog: completes with the next turn */
    SL_OP_WANTED,  /* in flight, and the request to cancel it found no room yet */
};

struct sl_op {
    struct sl_link link; /* the ring's, while it is queued; next is NULL while in no list */
    /* Called once for every completion, by the thread that reaps; `more` in cqe_flags tells that a
     * multishot operation goes on, else the record is retired before the call. It may queue other
     * operations and make fibers ready; it must not switch. */
    void (*complete)(struct sl_ring *ring, struct sl_op *op);
    /* Must this completion wait for a turn of the owner's own, because complete would allocate,
     * free, close or lock? NULL: never; it may come inside of a signal handler. */
    bool (*keeps)(const struct sl_op *op, int32_t result);

    uint8_t opcode;     /* IORING_OP_* */
    uint8_t state;      /* enum sl_op_state */
    uint8_t cancelled;  /* a cancel has been asked for */
    uint8_t multishot;  /* as `priority` or `length` say it to the kernel */
    int32_t fd;
    uint64_t address;   /* buffer, path, ... */
    uint64_t offset;    /* or a second address */
    uint32_t length;
    uint32_t flags;     /* msg_flags, open_flags, poll events, ... */
    uint16_t priority;  /* sqe->ioprio: accept and receive flags */
    uint16_t generation;

    int32_t result;     /* of the completion: >= 0 or -errno */
    uint32_t cqe_flags;
    union {
        int64_t due;    /* the simulated ring's: at which turn it may be tried */
        uint8_t place;  /* the ring of epoll's: where it is */
    };
};

#endif
