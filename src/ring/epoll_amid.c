/* The ring of epoll for an owner that does not come to turn it: what others see of it, and the turn
 * that its thread makes in a signal handler, amid code of the program's. */
#include "ring/epoll.h"

#include "os/plain.h"
#include "os/sys.h"

bool sl_epoll_waits(const struct sl_ring *ring)
{
    const struct sl_epoll *epoll = ring->state;
    struct pollfd poll = {.fd = epoll->fd, .events = POLLIN};

    return sl_shared_load_relaxed(&epoll->asked) || sl_threads_any_done(&epoll->threads) ||
           sl_plain_poll(&poll, 1, 0) > 0;
}

void sl_epoll_turn_amid(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;

    epoll->amid = true;
    sl_ring_deliver_ended(ring, true);
    sl_epoll_take_done(ring);
    sl_epoll_try_fresh(ring);
    sl_epoll_look(ring, 0);
    epoll->amid = false;
}

/* The rings that have been left alone for long are members of a set, in which each of their events
 * is one. It is polled and is in no ring's own set: so no set is ever in itself. */
int sl_epoll_alarm_new(void)
{
    return sl_sys.epoll_new();
}

bool sl_epoll_alarm(struct sl_ring *ring, bool on)
{
    struct sl_epoll *epoll = ring->state;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    uint32_t off = !on;

    if (ring->alarm_fd < 0)
        return false;
    /* Several may look at once: one of them does it. Pairs with itself. */
    if (sl_cas_acq_rel(&epoll->alarms, &off, on) &&
        sl_sys.epoll_control(ring->alarm_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, epoll->fd,
                             &event) < 0 && on)
        sl_store_relaxed(&epoll->alarms, 0);
    return sl_load_relaxed(&epoll->alarms);
}

void sl_epoll_alarm_heard(int alarm_fd)
{
    struct epoll_event events[8];

    while (sl_sys.epoll_wait_ms(alarm_fd, events, 8, 0) == 8)
        ;
}
