/* ring/uring.h: what uring.c and uring_open.c share: a ring of io_uring. */
#ifndef SL_RING_URING_H
#define SL_RING_URING_H

#include "ring/kernel.h"
#include "ring/ring.h"

struct uring {
    /* Submission. The kernel takes entries in enter alone, so that between two calls only we
     * write here; `tail` runs ahead of the shared word until the next enter. */
    struct io_uring_sqe *sqes;
    unsigned tail, sq_mask, sq_entries;
    unsigned *sq_head, *sq_tail;
    const unsigned *sq_flags;  /* IORING_SQ_TASKRUN, IORING_SQ_CQ_OVERFLOW */

    /* Completion. */
    struct io_uring_cqe *cqes;
    unsigned cq_mask;
    unsigned *cq_head, *cq_tail;

    int enter_fd;              /* the ring, or its number among the thread's registered rings */
    unsigned enter_flags;      /* of every enter */
    uint16_t generation;       /* of the operation submitted last */
    bool cancels_by_fd;        /* 5.19: IORING_ASYNC_CANCEL_FD and _ANY */

    /* Requests to cancel that found no room. */
    struct sl_list wanted;     /* operations: SL_OP_WANTED */
    int wanted_fd;             /* a descriptor, -1: none, WANTED_ALL: more than one, or all */

    /* Every operation in flight, of use only where cancels_by_fd is false. */
    struct sl_list flying;

    int fd;
    bool registered;
    unsigned setup_flags;
    void *queues, *entries;    /* the two mappings */
    size_t queues_bytes, entries_bytes;
};

/* Deferred items that the kernel runs in one enter (IO_LOCAL_TW_DEFAULT_MAX). */
#define SL_URING_ITEMS 20

#define WANTED_NONE (-1)
#define WANTED_ALL (-2)

/* user_data of what has no operation: a request to cancel. */
#define USER_DATA_NONE 0

/* uring_open.c */
int sl_uring_open(struct sl_ring *ring, unsigned entries);
void sl_uring_close(struct sl_ring *ring);
void sl_uring_forked(struct sl_ring *ring);
/* uring.c: one io_uring_enter. */
int sl_uring_enter(struct sl_ring *ring, unsigned complete, unsigned flags, int64_t wait_ns);
/* uring.c: the next free entry, cleared, or NULL. */
struct io_uring_sqe *sl_uring_entry(struct uring *uring);

#endif
