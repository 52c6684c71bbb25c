/* The ring of io_uring: what is asked of it goes into the submission queue, or waits. */
#include "ring/uring.h"

#include "os/sys.h"

#include <string.h>

#define AGAIN_NS 20000000

struct io_uring_sqe *sl_uring_entry(struct uring *uring)
{
    struct io_uring_sqe *sqe;

    if (SL_UNLIKELY(sl_uring_unsubmitted(uring) == uring->sq_entries))
        return NULL;
    sqe = &uring->sqes[uring->tail & uring->sq_mask];
    sl_shared_store_relaxed(&uring->tail, uring->tail + 1);
    memset(sqe, 0, sizeof *sqe);
    return sqe;
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

/* May it run in a thread of the kernel's? Sockets wait by poll. */
static bool may_block(const struct sl_op *op)
{
    return op->opcode == IORING_OP_READ || op->opcode == IORING_OP_WRITE ||
           op->opcode == IORING_OP_OPENAT || op->opcode == IORING_OP_FSYNC;
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
    sqe->user_data = sl_uring_name_of(op);
    if (may_block(op) || SL_UNLIKELY(!uring->cancels_by_fd))
        sl_list_push(&uring->flying, &op->link);
    return true;
}

void sl_uring_submit(struct sl_ring *ring, struct sl_op *op)
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
    sqe->addr = sl_uring_name_of(op);
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

/* A request to cancel may miss: one that a thread of the kernel's has just taken is for a moment in
 * none of its lists (6.1). Until it has completed it is asked for again, now and then. */
static void remember(struct uring *uring, struct sl_op *op)
{
    if (op->link.next)
        sl_link_remove(&op->link);
    if (sl_list_empty(&uring->asked))
        uring->ask_at = 0;
    sl_list_push(&uring->asked, &op->link);
}

SL_NOINLINE int64_t sl_uring_ask_again(struct sl_ring *ring, int64_t wait_ns)
{
    struct uring *uring = ring->state;
    int64_t now = sl_sys.clock_now();

    if (uring->ask_at && now >= uring->ask_at) {
        for (struct sl_link *link = uring->asked.head.next; link != &uring->asked.head;
             link = link->next)
            queue_cancel(ring, SL_CONTAINER(link, struct sl_op, link)); /* no room: next time */
        uring->ask_at = 0;
    }
    if (!uring->ask_at)
        uring->ask_at = now + AGAIN_NS;
    return wait_ns < uring->ask_at - now ? wait_ns : uring->ask_at - now;
}

void sl_uring_cancel(struct sl_ring *ring, struct sl_op *op)
{
    struct uring *uring = ring->state;

    if (op->state == SL_OP_IDLE || op->cancelled)
        return;
    if (op->state == SL_OP_WAITING) {
        sl_ring_end_waiting(ring, op);
        return;
    }
    op->cancelled = 1;
    if (SL_LIKELY(queue_cancel(ring, op))) {
        remember(uring, op);
        return;
    }
    if (op->link.next)
        sl_link_remove(&op->link);
    op->state = SL_OP_WANTED;
    sl_list_push(&uring->wanted, &op->link);
}

/* A kernel that cannot: one request for each operation in flight. One that can may miss some. */
static void cancel_each(struct sl_ring *ring, int fd)
{
    struct uring *uring = ring->state;
    struct sl_link *link, *next;

    for (link = uring->flying.head.next; link != &uring->flying.head; link = next) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        next = link->next;
        if (op->fd != fd && fd >= 0)
            continue;
        if (uring->cancels_by_fd)
            remember(uring, op);
        else
            sl_uring_cancel(ring, op);
    }
}

void sl_uring_cancel_fd(struct sl_ring *ring, int fd)
{
    struct uring *uring = ring->state;

    sl_ring_end_waiting_on(ring, fd);
    cancel_each(ring, fd);
    if (uring->cancels_by_fd && SL_UNLIKELY(!queue_cancel_fd(ring, fd)))
        uring->wanted_fd = uring->wanted_fd == WANTED_NONE && fd >= 0 ? fd : WANTED_ALL;
}

void sl_uring_cancel_all(struct sl_ring *ring)
{
    sl_uring_cancel_fd(ring, -1);
}

/* ---- what found no room ---- */

void sl_uring_refill(struct sl_ring *ring)
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
        op->state = SL_OP_QUEUED;
        remember(uring, op);
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
