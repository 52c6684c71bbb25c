/* The ring of io_uring: submit, enter, reap, cancel. Opening and closing: uring_open.c. */
#include "ring/uring.h"

#include "os/sys.h"
#include "ring/deliver.h"
#include "os/plain.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* A word that names an operation in flight: its address, and above it the generation that makes a
 * request to cancel the last user of that address miss. User space ends at 2^47 or 2^48. */
#define ADDRESS_BITS 48

SL_INLINE uint64_t name_of(const struct sl_op *op)
{
    return (uint64_t)(uintptr_t)op | (uint64_t)op->generation << ADDRESS_BITS;
}

/* ---- submission ---- */

SL_INLINE unsigned unsubmitted(const struct uring *uring)
{
    /* The kernel moves the head inside enter, in this thread: nothing to pair with. */
    return uring->tail - sl_shared_load_relaxed(uring->sq_head);
}

struct io_uring_sqe *sl_uring_entry(struct uring *uring)
{
    struct io_uring_sqe *sqe;

    if (SL_UNLIKELY(unsubmitted(uring) == uring->sq_entries))
        return NULL;
    sqe = &uring->sqes[uring->tail++ & uring->sq_mask];
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

int sl_uring_enter(struct sl_ring *ring, unsigned complete, unsigned flags, int64_t wait_ns)
{
    struct uring *uring = ring->state;
    struct __kernel_timespec timeout = {wait_ns / 1000000000, wait_ns % 1000000000};
    struct io_uring_getevents_arg arg = {.sigmask_sz = _NSIG / 8,
                                         .ts = (uint64_t)(uintptr_t)&timeout};
    bool timed = complete && wait_ns != INT64_MAX;

    /* What the entries say must be there before the kernel sees the tail: pairs with its acquire
     * in io_uring_enter. */
    sl_shared_store_release(uring->sq_tail, uring->tail);
    ring->enters++;
    return sl_sys.ring_enter(uring->enter_fd, unsubmitted(uring), complete,
                             flags | uring->enter_flags | (timed ? IORING_ENTER_EXT_ARG : 0),
                             timed ? &arg : NULL, timed ? sizeof arg : _NSIG / 8);
}

/* An entry, if need be after giving the kernel those that are there; nothing is reaped. */
static struct io_uring_sqe *entry(struct sl_ring *ring)
{
    struct io_uring_sqe *sqe = sl_uring_entry(ring->state);

    if (SL_LIKELY(sqe != NULL))
        return sqe;
    sl_uring_enter(ring, 0, 0, 0); /* an error shows as no room */
    return sl_uring_entry(ring->state);
}

static bool queue(struct sl_ring *ring, struct sl_op *op)
{
    struct uring *uring = ring->state;
    struct io_uring_sqe *sqe = entry(ring);

    if (SL_UNLIKELY(!sqe))
        return false;
    op->state = SL_OP_QUEUED;
    op->generation = ++uring->generation;
    sqe->opcode = op->opcode;
    sqe->ioprio = op->priority;
    sqe->fd = op->fd;
    sqe->off = op->offset;
    sqe->addr = op->address;
    sqe->len = op->length;
    sqe->rw_flags = (int)op->flags;
    sqe->user_data = name_of(op);
    if (SL_UNLIKELY(!uring->cancels_by_fd))
        sl_list_push(&uring->flying, &op->link);
    return true;
}

static void submit(struct sl_ring *ring, struct sl_op *op)
{
    sl_ring_taken(ring, op);
    if (SL_LIKELY(sl_list_empty(&ring->backlog)) && SL_LIKELY(queue(ring, op)))
        return;
    op->state = SL_OP_WAITING;
    sl_list_push(&ring->backlog, &op->link);
}

/* ---- cancelling ---- */

/* Its own completion is ignored: that of the operation tells what became of it (also -EALREADY:
 * it runs in a thread of the kernel's and is interrupted, or ends on its own). */
static bool queue_cancel(struct sl_ring *ring, struct sl_op *op)
{
    struct io_uring_sqe *sqe = entry(ring);

    if (!sqe)
        return false;
    sqe->opcode = IORING_OP_ASYNC_CANCEL;
    sqe->fd = -1;
    sqe->addr = name_of(op);
    sqe->user_data = USER_DATA_NONE;
    return true;
}

static bool queue_cancel_fd(struct sl_ring *ring, int fd)
{
    struct io_uring_sqe *sqe = entry(ring);

    if (!sqe)
        return false;
    sqe->opcode = IORING_OP_ASYNC_CANCEL;
    sqe->fd = fd;
    sqe->cancel_flags = IORING_ASYNC_CANCEL_ALL |
                        (fd < 0 ? IORING_ASYNC_CANCEL_ANY : IORING_ASYNC_CANCEL_FD);
    sqe->user_data = USER_DATA_NONE;
    return true;
}

static void cancel(struct sl_ring *ring, struct sl_op *op)
{
    struct uring *uring = ring->state;

    if (op->state == SL_OP_IDLE || op->cancelled)
        return;
    if (op->state == SL_OP_WAITING) {
        sl_ring_end_waiting(ring, op);
        return;
    }
    op->cancelled = 1;
    if (SL_LIKELY(queue_cancel(ring, op)))
        return;
    if (op->link.next)
        sl_link_remove(&op->link);
    op->state = SL_OP_WANTED;
    sl_list_push(&uring->wanted, &op->link);
}

/* A kernel that cannot: one request for each operation in flight. */
static void cancel_each(struct sl_ring *ring, int fd)
{
    struct uring *uring = ring->state;
    struct sl_link *link, *next;

    for (link = uring->flying.head.next; link != &uring->flying.head; link = next) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        next = link->next;
        if (op->fd == fd || fd < 0)
            cancel(ring, op);
    }
}

static void cancel_fd(struct sl_ring *ring, int fd)
{
    struct uring *uring = ring->state;

    sl_ring_end_waiting_on(ring, fd);
    if (SL_UNLIKELY(!uring->cancels_by_fd))
        cancel_each(ring, fd);
    else if (SL_UNLIKELY(!queue_cancel_fd(ring, fd)))
        uring->wanted_fd = uring->wanted_fd == WANTED_NONE && fd >= 0 ? fd : WANTED_ALL;
}

static void cancel_all(struct sl_ring *ring)
{
    cancel_fd(ring, -1);
}

/* ---- the turn ---- */

SL_INLINE bool kernel_has_more(const struct uring *uring)
{
    /* A hint that the kernel sets from anywhere; enter sees to what it stands for. */
    return sl_shared_load_relaxed(uring->sq_flags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

SL_INLINE bool overflown(const struct uring *uring)
{
    return sl_shared_load_relaxed(uring->sq_flags) & IORING_SQ_CQ_OVERFLOW;
}

SL_INLINE bool reapable(const struct uring *uring)
{
    return sl_shared_load_relaxed(uring->cq_tail) != *uring->cq_head;
}

static bool pending(struct sl_ring *ring)
{
    const struct uring *uring = ring->state;

    return unsubmitted(uring) || kernel_has_more(uring) || reapable(uring) ||
           !sl_list_empty(&ring->backlog) || !sl_list_empty(&ring->ended) ||
           !sl_list_empty(&uring->wanted) || uring->wanted_fd != WANTED_NONE;
}

/* What found no room before, in the order in which it came; cancels first, they free room. */
static void refill(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    struct sl_link *link;

    if (uring->wanted_fd != WANTED_NONE &&
        queue_cancel_fd(ring, uring->wanted_fd == WANTED_ALL ? -1 : uring->wanted_fd))
        uring->wanted_fd = WANTED_NONE;
    while ((link = sl_list_first(&uring->wanted))) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        if (!queue_cancel(ring, op))
            return;
        sl_op_unlink(op);
        op->state = SL_OP_QUEUED;
        if (!uring->cancels_by_fd)
            sl_list_push(&uring->flying, &op->link);
    }
    while ((link = sl_list_pop(&ring->backlog))) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        link->next = NULL;
        if (!queue(ring, op)) {
            struct sl_link *first = ring->backlog.head.next;

            /* Back to where it was: the first. */
            link->next = first;
            link->prev = &ring->backlog.head;
            ring->backlog.head.next = first->prev = link;
            return;
        }
    }
}

static unsigned reap(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    unsigned head = *uring->cq_head, n = 0;
    /* The entries below the tail are written: pairs with the kernel's release of the tail. */
    unsigned tail = sl_shared_load_acquire(uring->cq_tail);

    while (head != tail) {
        struct io_uring_cqe cqe = uring->cqes[head & uring->cq_mask];
        struct sl_op *op;

        /* The entry has been read and may be written again: pairs with the kernel's acquire of
         * the head. At once, for a completion may submit, which may enter. */
        sl_shared_store_release(uring->cq_head, ++head);
        if (cqe.user_data == USER_DATA_NONE)
            continue;
        op = (struct sl_op *)(uintptr_t)(cqe.user_data & ((UINT64_C(1) << ADDRESS_BITS) - 1));
        SL_CHECK(op->generation == cqe.user_data >> ADDRESS_BITS && op->state != SL_OP_IDLE);
        if (SL_UNLIKELY(op->link.next != NULL) && !(cqe.flags & IORING_CQE_F_MORE))
            sl_op_unlink(op);
        sl_ring_deliver(ring, op, cqe.res, cqe.flags);
        n++;
    }
    return n;
}

/* Enter has failed. The entries are still there, and the next turn tries again. */
static int failed(struct sl_ring *ring, int rc)
{
    switch (rc) {
    case -ETIME:
    case -EINTR:
        return rc;
    case -EBUSY: /* too many completions wait: reaping helps */
        return 0;
    case -EAGAIN:
    case -ENOMEM:
        /* The kernel has no memory for requests. Something else must happen first; to ask again
         * without a pause would burn the processor on which it could. */
        sl_uring_enter(ring, 0, IORING_ENTER_GETEVENTS, 0);
        sl_plain_sleep(1000000);
        return 0;
    default:
        SL_CHECK(!"io_uring_enter failed");
        return rc;
    }
}

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    struct uring *uring = ring->state;
    unsigned reaped = 0;
    int rc = 0;

    if (SL_UNLIKELY(!sl_list_empty(&ring->ended)))
        reaped = sl_ring_deliver_ended(ring);
    if (SL_UNLIKELY(!sl_list_empty(&ring->backlog)) || SL_UNLIKELY(uring->wanted.head.next !=
        &uring->wanted.head) || SL_UNLIKELY(uring->wanted_fd != WANTED_NONE))
        refill(ring);
    if (reapable(uring) || reaped)
        wait_ns = 0;
    if (!wait_ns && !unsubmitted(uring) && !kernel_has_more(uring)) {
        reap(ring);
        return 0;
    }
    for (unsigned more, again = 0; again < 64; again++) {
        rc = sl_uring_enter(ring, wait_ns > 0, IORING_ENTER_GETEVENTS, wait_ns);
        wait_ns = 0;
        more = reap(ring);
        reaped += more;
        if (SL_UNLIKELY(rc < 0)) {
            rc = failed(ring, rc);
            break;
        }
        rc = 0;
        /* The kernel runs at most 20 (twice 20 after a submission) deferred items a call. If it ran
         * fewer, what it has now came later: that is the next pass's, with its own enter. */
        if (!kernel_has_more(uring) ||
            (!ring->thorough && (reaped >= SL_RING_ENOUGH ||
                                 (more < SL_URING_ITEMS && !overflown(uring)))))
            break;
    }
    return reaped ? 0 : rc;
}

const struct sl_ring_class sl_ring_uring = {
    .name = "io_uring",
    .open = sl_uring_open,
    .close = sl_uring_close,
    .forked = sl_uring_forked,
    .submit = submit,
    .cancel = cancel,
    .cancel_fd = cancel_fd,
    .cancel_all = cancel_all,
    .pending = pending,
    .turn = turn,
};
