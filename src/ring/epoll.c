/* The ring of epoll: the turn. What is asked of it: epoll_submit.c. What becomes of that:
 * epoll_try.c. Registrations: epoll_watch.c. An owner that does not come: epoll_amid.c. */
#include "ring/epoll.h"

#include "os/plain.h"
#include "os/sys.h"

#include <errno.h>

/* ---- waiting ---- */

/* Up to a whole millisecond more, and for a day at most. */
static int coarse_wait(struct sl_epoll *epoll, int64_t wait_ns)
{
    int64_t wait_ms = wait_ns / 1000000 + (wait_ns % 1000000 > 0);

    if (wait_ns < 0)
        wait_ms = -1;
    return sl_sys.epoll_wait_ms(epoll->fd, epoll->events_storage, SL_EPOLL_EVENTS,
                                wait_ms > 86400000 ? 86400000 : (int)wait_ms);
}

static int take_events(struct sl_ring *ring, int64_t wait_ns)
{
    struct sl_epoll *epoll = ring->state;
    int rc = -ENOSYS;

    ring->enters++;
    if (!epoll->coarse)
        rc = sl_sys.epoll_wait_ns(epoll->fd, epoll->events_storage, SL_EPOLL_EVENTS, wait_ns);
    if (SL_UNLIKELY(rc == -ENOSYS) || SL_UNLIKELY(rc == -EPERM)) { /* an older kernel; a filter */
        epoll->coarse = true;
        rc = coarse_wait(epoll, wait_ns);
    }
    return rc;
}

/* Others' alarm is no member of the set: theirs may be in the alarm's, and ours in it when they
 * watch. */
static int take_events_or_alarm(struct sl_ring *ring, int64_t wait_ns)
{
    struct sl_epoll *epoll = ring->state;
    struct pollfd polls[2] = {{.fd = epoll->fd, .events = POLLIN},
                              {.fd = ring->watch.fd, .events = POLLIN}};
    int rc;

    ring->enters++;
    rc = sl_plain_poll(polls, 2, wait_ns);
    if (rc <= 0)
        return rc;
    if (polls[1].revents) {
        epoll->reaped++;
        sl_ring_deliver(ring, &ring->watch, POLLIN, 0);
    }
    return polls[0].revents ? take_events(ring, 0) : 0;
}

static int64_t shorter(const struct sl_epoll *epoll, int64_t wait_ns)
{
    if (!sl_list_empty(&epoll->later) && wait_ns > SL_EPOLL_LATER_NS)
        wait_ns = SL_EPOLL_LATER_NS;
    if (epoll->doubts && wait_ns > SL_EPOLL_DOUBT_NS)
        wait_ns = SL_EPOLL_DOUBT_NS;
    return wait_ns;
}

/* ---- the turn ---- */

int sl_epoll_look(struct sl_ring *ring, int64_t wait_ns)
{
    struct sl_epoll *epoll = ring->state;
    int64_t wait = shorter(epoll, wait_ns);
    bool is_cut = wait < wait_ns;
    int n;

    if (wait == INT64_MAX)
        wait = -1;
    if (wait && SL_UNLIKELY(ring->watch.state != SL_OP_IDLE))
        n = take_events_or_alarm(ring, wait);
    else
        n = take_events(ring, wait);
    epoll->looked_at = sl_sys.clock_now();
    for (int i = 0; i < n; i++) {
        const struct epoll_event event = epoll->events_storage[i];

        if (SL_LIKELY(event.data.u64 != SL_EPOLL_DOORBELL)) {
            sl_epoll_happened(ring, &event);
        } else if (ring->doorbell.state != SL_OP_IDLE) {
            epoll->reaped++;
            sl_ring_deliver(ring, &ring->doorbell, POLLIN, IORING_CQE_F_MORE);
        }
    }
    if (SL_UNLIKELY(!sl_list_empty(&epoll->later)))
        sl_epoll_try_later(ring);
    sl_epoll_doubt(ring);
    if (n < 0)
        return n == -EINTR && wait_ns ? n : 0;
    return n == 0 && wait_ns && !is_cut ? -ETIME : 0;
}

/* Nothing but a system call tells what has come: who has something to do asks now and then. */
static bool is_time(const struct sl_ring *ring)
{
    const struct sl_epoll *epoll = ring->state;

    return ring->in_flight &&
           (ring->thorough || sl_sys.clock_now() - epoll->looked_at >= SL_EPOLL_LOOK_NS);
}

static bool has_work(const struct sl_ring *ring)
{
    const struct sl_epoll *epoll = ring->state;

    return !sl_list_empty(&epoll->fresh) || !sl_list_empty(&ring->ended) ||
           !sl_list_empty(&epoll->kept) || sl_threads_any_done(&epoll->threads);
}

static bool pending(struct sl_ring *ring)
{
    return has_work(ring) || is_time(ring);
}

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    struct sl_epoll *epoll = ring->state;
    int rc;

    epoll->reaped = 0;
    if (SL_UNLIKELY(!sl_list_empty(&ring->ended)))
        epoll->reaped += sl_ring_deliver_ended(ring, false);
    if (SL_UNLIKELY(!sl_list_empty(&epoll->kept)))
        sl_epoll_deliver_kept(ring);
    if (SL_UNLIKELY(sl_threads_any_done(&epoll->threads)))
        sl_epoll_take_done(ring);
    sl_epoll_try_fresh(ring);
    if (epoll->reaped || has_work(ring))
        wait_ns = 0;
    if (!wait_ns && !is_time(ring))
        return 0;
    rc = sl_epoll_look(ring, wait_ns);
    return epoll->reaped ? 0 : rc;
}

const struct sl_ring_class sl_ring_epoll = {
    .name = "epoll",
    .open = sl_epoll_open,
    .close = sl_epoll_close,
    .forked = sl_epoll_forked,
    .submit = sl_epoll_submit,
    .cancel = sl_epoll_cancel,
    .cancel_fd = sl_epoll_cancel_fd,
    .cancel_all = sl_epoll_cancel_all,
    .pending = pending,
    .turn = turn,
    .waits = sl_epoll_waits,
    .turn_amid = sl_epoll_turn_amid,
    .alarm = sl_epoll_alarm,
    .alarm_new = sl_epoll_alarm_new,
    .alarm_heard = sl_epoll_alarm_heard,
};
