/* A ring of epoll is made and ended here. */
#include "ring/epoll.h"

#include "os/sys.h"
#include "ring/kernel.h"

#include <errno.h>

int sl_epoll_open(struct sl_ring *ring, unsigned entries)
{
    struct sl_epoll *epoll = sl_sys_allocate_zeroed(sizeof *epoll, 0);
    /* Never read: each write is an edge. */
    struct epoll_event bell = {.events = EPOLLIN | EPOLLET, .data.u64 = SL_EPOLL_DOORBELL};
    int rc;

    (void)entries;
    if (!epoll)
        return -ENOMEM;
    sl_list_init(&epoll->fresh);
    sl_list_init(&epoll->trying);
    sl_list_init(&epoll->later);
    sl_list_init(&epoll->kept);
    epoll->period = 1;
    epoll->fd = rc = sl_sys.epoll_new();
    if (rc >= 0)
        rc = sl_sys.epoll_control(epoll->fd, EPOLL_CTL_ADD, ring->doorbell_fd, &bell);
    if (rc < 0) {
        if (epoll->fd >= 0)
            sl_sys.close(epoll->fd);
        sl_sys.release(epoll, sizeof *epoll, 0);
        ring->refusal = sl_kernel_lacks(rc, "epoll is refused");
        return rc;
    }
    sl_threads_init(&epoll->threads, ring);
    ring->state = epoll;
    ring->polls_first = true;
    return 0;
}

void sl_epoll_close(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;

    if (epoll->fd >= 0) { /* else it is the parent's, and so are its threads */
        sl_threads_close(&epoll->threads);
        sl_sys.close(epoll->fd);
    }
    sl_epoll_watches_free(epoll);
    sl_sys.release(epoll, sizeof *epoll, 0);
    ring->state = NULL;
}

void sl_epoll_forked(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;

    sl_sys.close(epoll->fd);
    epoll->fd = -1;
}
