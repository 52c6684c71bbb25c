/* The ring of epoll: what is asked of it waits for the next turn. */
#include "ring/epoll.h"

void sl_epoll_submit(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_epoll *epoll = ring->state;

    sl_ring_taken(ring, op);
    op->state = SL_OP_QUEUED;
    op->generation = SL_PERFORM_FRESH;
    op->place = SL_EPOLL_LISTED;
    if (SL_UNLIKELY(sl_ring_is_its_own(ring, op)))
        return; /* looked at in every turn that waits */
    sl_list_push(&epoll->fresh, &op->link);
    sl_shared_store_relaxed(&epoll->asked, epoll->asked + 1);
}

void sl_epoll_cancel(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_epoll *epoll = ring->state;

    if (op->state != SL_OP_QUEUED || op->cancelled || sl_ring_is_its_own(ring, op))
        return;
    if (op->place == SL_EPOLL_LISTED) {
        sl_ring_end_waiting(ring, op);
        return;
    }
    op->cancelled = 1;
    if (op->place == SL_EPOLL_POOLED)
        sl_threads_cancel(&epoll->threads, op, -1);
}

static void cancel_those_on(struct sl_ring *ring, struct sl_list *list, int fd)
{
    struct sl_link *link, *next;

    for (link = list->head.next; link && link != &list->head; link = next) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        next = link->next;
        if (op->fd == fd || fd < 0)
            sl_epoll_cancel(ring, op);
    }
}

void sl_epoll_cancel_fd(struct sl_ring *ring, int fd)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_watch *watch = fd < 0 ? NULL : sl_epoll_watch(epoll, fd, false);

    cancel_those_on(ring, &epoll->fresh, fd);
    cancel_those_on(ring, &epoll->trying, fd);
    cancel_those_on(ring, &epoll->later, fd);
    cancel_those_on(ring, &epoll->kept, fd); /* a multishot one would go on */
    sl_threads_cancel(&epoll->threads, NULL, fd);
    if (watch)
        cancel_those_on(ring, &watch->waiting, fd);
    for (unsigned i = 0; fd < 0 && i < epoll->chunk_count; i++)
        for (unsigned j = 0; epoll->chunks[i] && j < SL_EPOLL_CHUNK; j++)
            cancel_those_on(ring, &epoll->chunks[i][j].waiting, fd);
}

void sl_epoll_cancel_all(struct sl_ring *ring)
{
    sl_epoll_cancel_fd(ring, -1);
}
