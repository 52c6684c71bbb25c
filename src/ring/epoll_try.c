/* The ring of epoll: trying operations, and where they wait if they cannot be done yet. */
#include "ring/epoll.h"

#include "os/plain.h"

#include <errno.h>
#include <netinet/in.h>

static struct sl_op *op_of(struct sl_link *link)
{
    return SL_CONTAINER(link, struct sl_op, link);
}

/* ---- giving back ---- */

/* It is in no list. A multishot operation that goes on (`more`) is tried again. */
static void finish(struct sl_ring *ring, struct sl_op *op, int64_t result, bool more)
{
    struct sl_epoll *epoll = ring->state;

    op->link.next = NULL;
    if (result >= 0 && (op->opcode == IORING_OP_ACCEPT || op->opcode == IORING_OP_OPENAT))
        sl_number_renew((int)result);
    if (SL_UNLIKELY(epoll->amid) && op->keeps && op->keeps(op, (int32_t)result)) {
        op->result = (int32_t)result;
        op->cqe_flags = more ? IORING_CQE_F_MORE : 0;
        op->place = SL_EPOLL_KEPT;
        sl_list_push(&epoll->kept, &op->link);
        return;
    }
    if (more) {
        sl_list_push(&epoll->fresh, &op->link);
        sl_shared_store_relaxed(&epoll->asked, epoll->asked + 1);
    }
    epoll->reaped++;
    sl_ring_deliver(ring, op, (int32_t)result, more ? IORING_CQE_F_MORE : 0);
}

void sl_epoll_deliver_kept(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_link *link;

    while ((link = sl_list_pop(&epoll->kept))) {
        struct sl_op *op = op_of(link);
        bool more = op->cqe_flags & IORING_CQE_F_MORE;

        op->place = SL_EPOLL_LISTED;
        if (more && op->cancelled) { /* this one still, and then the end */
            sl_list_push(&epoll->fresh, link);
            sl_shared_store_relaxed(&epoll->asked, epoll->asked + 1);
            sl_ring_end_waiting(ring, op);
            epoll->reaped++;
            sl_ring_deliver(ring, op, op->result, IORING_CQE_F_MORE);
        } else {
            finish(ring, op, op->result, more);
        }
    }
}

/* ---- waiting ---- */

static void wait_for_later(struct sl_epoll *epoll, struct sl_op *op)
{
    if (op->opcode == IORING_OP_RECV) /* nothing will come that tells it to try */
        op->priority = 0;
    sl_list_push(&epoll->later, &op->link);
}

static void wait_in_thread(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_epoll *epoll = ring->state;

    op->place = SL_EPOLL_POOLED;
    if (sl_threads_submit(&epoll->threads, op, !epoll->amid))
        return;
    op->place = SL_EPOLL_LISTED;
    if (epoll->amid) /* the owner will start a thread */
        wait_for_later(epoll, op);
    else
        finish(ring, op, -ENOMEM, false);
}

static void wait_for_event(struct sl_ring *ring, struct sl_op *op, struct sl_watch *watch)
{
    struct sl_epoll *epoll = ring->state;
    int rc = -ENOMEM;

    if (!watch && op->generation != SL_PERFORM_AGAIN)
        watch = sl_epoll_watch(epoll, op->fd, true);
    if (watch && op->generation != SL_PERFORM_AGAIN)
        rc = sl_epoll_register(ring, watch, op->fd, (uint16_t)sl_perform_events(op));
    if (SL_LIKELY(rc == 0))
        sl_list_push(&watch->waiting, &op->link);
    else if (rc == -EBADF)
        finish(ring, op, rc, false);
    else if (rc == -EPERM && (op->opcode == IORING_OP_READ || op->opcode == IORING_OP_WRITE))
        wait_in_thread(ring, op); /* a device that cannot be polled */
    else if (rc == -EPERM && op->opcode == IORING_OP_POLL_ADD)
        finish(ring, op, -EINVAL, false); /* as io_uring: this will never come */
    else
        wait_for_later(epoll, op);
}

/* ---- trying ---- */

/* Disks are waited for, in threads. What is registered is no such file. */
static bool is_of_disk(const struct sl_op *op, const struct sl_watch *watch)
{
    switch (op->opcode) {
    case IORING_OP_READ:
    case IORING_OP_WRITE:
        return !sl_watch_holds(watch, op->fd) && sl_plain_is_regular(op->fd);
    case IORING_OP_OPENAT:
    case IORING_OP_FSYNC:
        return true;
    default:
        return false;
    }
}

static int64_t perform(struct sl_ring *ring, struct sl_op *op)
{
    int64_t result = -EOPNOTSUPP;

    ring->enters++;
    if (op->opcode == IORING_OP_READ || op->opcode == IORING_OP_WRITE)
        result = sl_perform_now(op);
    return result == -EOPNOTSUPP ? sl_perform(op, op->length) : result;
}

/* A TCP socket that gave less than was asked for has no more, until an event says so, or has said
 * that its end or something urgent is there. (A datagram, and a unix socket's message with
 * descriptors, ends before what follows.) */
static void note_short(struct sl_watch *watch, const struct sl_op *op, int64_t result)
{
    if (result <= 0 || result >= (int64_t)op->length)
        return;
    if (watch->kind == SL_WATCH_UNKNOWN)
        watch->kind = sl_plain_get_option(op->fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP
                          ? SL_WATCH_TCP : SL_WATCH_OTHER;
    if (watch->kind == SL_WATCH_TCP)
        watch->ready &= ~(uint32_t)EPOLLIN;
}

/* It was told to wait first, and nothing has come. */
static bool waits_first(const struct sl_op *op, const struct sl_watch *watch)
{
    return op->opcode == IORING_OP_RECV && op->priority & IORING_RECVSEND_POLL_FIRST &&
           !(sl_watch_holds(watch, op->fd) && watch->ready & ~(uint32_t)EPOLLOUT);
}

/* What is not there, as one knows of who has found nothing. Of who receives neither an end nor an
 * error: each would be an edge. */
static uint32_t missed(const struct sl_op *op)
{
    uint32_t wanted = (uint16_t)sl_perform_events(op);

    if (op->opcode == IORING_OP_POLL_ADD)
        return wanted | EPOLLHUP;
    return wanted & POLLOUT ? EPOLLOUT : ~(uint32_t)EPOLLOUT;
}

enum attempt { NOT_YET, DONE, GOES_ON };

static enum attempt attempt(struct sl_ring *ring, struct sl_op *op, struct sl_watch *watch)
{
    int64_t result = perform(ring, op);
    bool more = result >= 0 && op->multishot;

    if (result == -EAGAIN) {
        if (watch)
            watch->ready &= ~missed(op);
        return NOT_YET;
    }
    if (watch && op->opcode == IORING_OP_RECV)
        note_short(watch, op, result);
    finish(ring, op, result, more);
    return more ? GOES_ON : DONE;
}

/* It has brought something and stands in `fresh`, unless who was given that has cancelled it. */
static void go_on(struct sl_ring *ring, struct sl_op *op, struct sl_watch *watch)
{
    for (int i = 1; i < SL_EPOLL_ACCEPTS; i++) {
        enum attempt what;

        if (op->state != SL_OP_QUEUED || op->place != SL_EPOLL_LISTED)
            return;
        sl_link_remove(&op->link);
        what = attempt(ring, op, watch);
        if (what == NOT_YET)
            wait_for_event(ring, op, watch);
        if (what != GOES_ON)
            return;
    }
}

/* It is in no list. */
static void try_one(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_watch *watch = op->fd >= 0 ? sl_epoll_watch(ring->state, op->fd, false) : NULL;
    enum attempt what = NOT_YET;

    if (is_of_disk(op, watch)) {
        wait_in_thread(ring, op);
        return;
    }
    if (!waits_first(op, watch))
        what = attempt(ring, op, watch);
    if (what == NOT_YET)
        wait_for_event(ring, op, watch);
    else if (SL_UNLIKELY(what == GOES_ON))
        go_on(ring, op, watch);
}

static void try_all(struct sl_ring *ring, struct sl_list *list)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_link *link;

    /* Only those of now: completions submit others. */
    sl_list_splice(&epoll->trying, list);
    while ((link = sl_list_pop(&epoll->trying)))
        try_one(ring, op_of(link));
}

void sl_epoll_try_fresh(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;

    sl_shared_store_relaxed(&epoll->asked, 0);
    try_all(ring, &epoll->fresh);
}

void sl_epoll_try_later(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_link *link;

    for (link = epoll->later.head.next; link != &epoll->later.head; link = link->next)
        if (op_of(link)->generation == SL_PERFORM_AGAIN)
            op_of(link)->generation = SL_PERFORM_FRESH;
    try_all(ring, &epoll->later);
}

void sl_epoll_happened(struct sl_ring *ring, const struct epoll_event *event)
{
    struct sl_epoll *epoll = ring->state;
    int fd = (int)event->data.u64;
    struct sl_watch *watch = sl_epoll_watch(epoll, fd, false);
    uint32_t blocked = 0;
    struct sl_link *link;

    if (!watch || !watch->waiting.head.next)
        return;
    /* It may be of a file that lives on under another number: then it is tried in vain. */
    watch->ready |= event->events;
    sl_list_splice(&epoll->trying, &watch->waiting);
    while ((link = sl_list_pop(&epoll->trying))) {
        struct sl_op *op = op_of(link);
        uint32_t wanted = (uint16_t)sl_perform_events(op) | EPOLLERR | EPOLLHUP;
        enum attempt what = NOT_YET;

        /* Who finds nothing speaks for those behind who want the same. */
        if (event->events & wanted && wanted != blocked) {
            what = attempt(ring, op, watch);
            blocked = what == NOT_YET ? wanted : blocked;
        }
        if (what == NOT_YET)
            sl_list_push(&watch->waiting, link);
        else if (SL_UNLIKELY(what == GOES_ON))
            go_on(ring, op, watch);
    }
}

void sl_epoll_take_done(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_link *link, *next;

    for (link = sl_threads_done(&epoll->threads); link; link = next) {
        struct sl_op *op = op_of(link);

        next = link->next;
        op->place = SL_EPOLL_LISTED;
        op->generation = SL_PERFORM_FRESH;
        if (!sl_perform_opens_later(op, op->result))
            finish(ring, op, op->result, false);
        else if (op->cancelled)
            finish(ring, op, -ECANCELED, false);
        else
            wait_for_later(epoll, op); /* its lease will end */
    }
}
