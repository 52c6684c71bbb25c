/* ring/uring.h: what uring.c and uring_open.c share: a ring of io_uring. */
#ifndef SL_RING_URING_H
#define SL_RING_URING_H

#include "ring/deliver.h"

#define SL_URING_KEPT 32

struct uring {
    /* Submission. The kernel takes entries in enter alone, so that between two calls only we
     * write here; `tail` runs ahead of the shared word until the next enter. */
    struct io_uring_sqe *sqes;
    unsigned sq_mask, sq_entries;
    unsigned tail;             /* others look at it, relaxed */
    unsigned *sq_head, *sq_tail;
    const unsigned *sq_flags;  /* IORING_SQ_TASKRUN, IORING_SQ_CQ_OVERFLOW */

    /* Completion. */
    struct io_uring_cqe *cqes;
    unsigned cq_mask;
    unsigned *cq_head, *cq_tail;
    unsigned *cq_flags;        /* IORING_CQ_EVENTFD_DISABLED, which others change */
    uint32_t alarms;           /* the eventfd is registered: others look */

    struct kept {              /* completions that wait for a turn of the owner's own */
        struct sl_op *op;
        struct io_uring_cqe cqe;
    } kept[SL_URING_KEPT];
    unsigned kept_count;

    int enter_fd;              /* the ring, or its number among the thread's registered rings */
    unsigned enter_flags;      /* of every enter */
    uint16_t generation;       /* of the operation submitted last */
    bool cancels_by_fd;        /* 5.19: IORING_ASYNC_CANCEL_FD and _ANY */

    /* Requests to cancel that found no room. */
    struct sl_list wanted;     /* operations: SL_OP_WANTED */
    int wanted_fd;             /* a descriptor, -1: none, WANTED_ALL: more than one, or all */

    /* Operations in flight: those that a thread of the kernel's may run; every one where
     * cancels_by_fd is false. Whose cancel was asked for is in `asked` instead. */
    struct sl_list flying, asked;
    int64_t ask_at;            /* when to ask for them again; 0: not known yet */

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
/* uring_submit.c: what the class names */
void sl_uring_submit(struct sl_ring *ring, struct sl_op *op);
void sl_uring_cancel(struct sl_ring *ring, struct sl_op *op);
void sl_uring_cancel_fd(struct sl_ring *ring, int fd);
void sl_uring_cancel_all(struct sl_ring *ring);
/* Asks again for cancels whose operations have not come; returns how long to wait: wait_ns at
 * most. */
int64_t sl_uring_ask_again(struct sl_ring *ring, int64_t wait_ns);
/* What found no room before, in the order in which it came; cancels first, they free room. */
void sl_uring_refill(struct sl_ring *ring);
/* The next free entry, cleared, or NULL. */
struct io_uring_sqe *sl_uring_entry(struct uring *uring);
/* uring_amid.c: for an owner that does not come */
void sl_uring_turn_amid(struct sl_ring *ring);
bool sl_uring_alarm(struct sl_ring *ring, bool on);
int sl_uring_alarm_new(void);
void sl_uring_alarm_heard(int alarm_fd);

/* A word that names an operation in flight: its address, and above it the generation that makes a
 * request to cancel the last user of that address miss. User space ends at 2^47 or 2^48. */
#define SL_URING_ADDRESS_BITS 48

SL_INLINE uint64_t sl_uring_name_of(const struct sl_op *op)
{
    return (uint64_t)(uintptr_t)op | (uint64_t)op->generation << SL_URING_ADDRESS_BITS;
}

SL_INLINE unsigned sl_uring_unsubmitted(const struct uring *uring)
{
    /* The kernel moves the head inside enter, in this thread: nothing to pair with. */
    return sl_shared_load_relaxed(&uring->tail) - sl_shared_load_relaxed(uring->sq_head);
}

SL_INLINE bool sl_uring_has_more(const struct uring *uring)
{
    /* A hint that the kernel sets from anywhere; enter sees to what it stands for. */
    return sl_shared_load_relaxed(uring->sq_flags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

SL_INLINE bool sl_uring_reapable(const struct uring *uring)
{
    return sl_shared_load_relaxed(uring->cq_tail) != sl_shared_load_relaxed(uring->cq_head);
}

/* Any thread. What found no room waits as well, but then the queue is full. */
SL_INLINE bool sl_uring_waits(const struct sl_ring *ring)
{
    const struct uring *uring = ring->state;

    return sl_uring_unsubmitted(uring) || sl_uring_has_more(uring) || sl_uring_reapable(uring);
}

SL_INLINE struct sl_op *sl_uring_op_of(const struct io_uring_cqe *cqe)
{
    struct sl_op *op =
        (struct sl_op *)(uintptr_t)(cqe->user_data & ((UINT64_C(1) << SL_URING_ADDRESS_BITS) - 1));

    SL_CHECK(op->generation == cqe->user_data >> SL_URING_ADDRESS_BITS && op->state != SL_OP_IDLE);
    return op;
}

SL_INLINE void sl_uring_deliver(struct sl_ring *ring, struct sl_op *op,
                                const struct io_uring_cqe *cqe)
{
    if (SL_UNLIKELY(op->link.next != NULL) && !(cqe->flags & IORING_CQE_F_MORE))
        sl_op_unlink(op);
    sl_ring_deliver(ring, op, cqe->res, cqe->flags);
}

#endif
