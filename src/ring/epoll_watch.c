/* The ring of epoll: which descriptors are registered, and what is doubted of that.
 *
 * A registration is edge-triggered and stays. It is the kernel's for (file, number): gone when the
 * file is closed by all, there for ever if it lives on under another number. */
#include "ring/epoll.h"

#include "os/sys.h"

#include <errno.h>
#include <string.h>

/* Beside what is asked for: after these a call that found less than it asked for may find more. */
#define ALWAYS (EPOLLRDHUP | EPOLLPRI | EPOLLET)

static bool grow(struct sl_epoll *epoll, unsigned wanted)
{
    unsigned count = epoll->chunk_count ? epoll->chunk_count : 16;
    struct sl_watch **chunks;

    while (count < wanted)
        count *= 2;
    chunks = sl_sys_allocate_zeroed(count * sizeof(struct sl_watch *), 0);
    if (!chunks)
        return false;
    if (epoll->chunks) {
        memcpy(chunks, epoll->chunks, epoll->chunk_count * sizeof(struct sl_watch *));
        sl_sys.release(epoll->chunks, epoll->chunk_count * sizeof(struct sl_watch *), 0);
    }
    epoll->chunks = chunks;
    epoll->chunk_count = count;
    return true;
}

static SL_NOINLINE struct sl_watch *make_watch(struct sl_epoll *epoll, int fd)
{
    unsigned chunk = (unsigned)fd / SL_EPOLL_CHUNK;

    if (chunk >= epoll->chunk_count && !grow(epoll, chunk + 1))
        return NULL;
    epoll->chunks[chunk] = sl_sys_allocate_zeroed(SL_EPOLL_CHUNK * sizeof(struct sl_watch), 0);
    return epoll->chunks[chunk] ? &epoll->chunks[chunk][(unsigned)fd % SL_EPOLL_CHUNK] : NULL;
}

struct sl_watch *sl_epoll_watch(struct sl_epoll *epoll, int fd, bool make)
{
    unsigned chunk = (unsigned)fd / SL_EPOLL_CHUNK;

    if (SL_LIKELY(chunk < epoll->chunk_count) && SL_LIKELY(epoll->chunks[chunk] != NULL))
        return &epoll->chunks[chunk][(unsigned)fd % SL_EPOLL_CHUNK];
    return make && fd >= 0 && !epoll->amid ? make_watch(epoll, fd) : NULL;
}

void sl_epoll_watches_free(struct sl_epoll *epoll)
{
    for (unsigned i = 0; i < epoll->chunk_count; i++)
        if (epoll->chunks[i])
            sl_sys.release(epoll->chunks[i], SL_EPOLL_CHUNK * sizeof(struct sl_watch), 0);
    if (epoll->chunks)
        sl_sys.release(epoll->chunks, epoll->chunk_count * sizeof(struct sl_watch *), 0);
}

static void set_doubted(struct sl_epoll *epoll, struct sl_watch *watch, uint32_t period)
{
    if (!watch->doubted != !period)
        epoll->doubts += period ? 1 : -1u;
    if (period && epoll->doubts == 1)
        epoll->doubt_at = epoll->looked_at + SL_EPOLL_DOUBT_NS;
    watch->doubted = period;
}

/* The kernel looks now: what is ready is an event. */
static int control(struct sl_ring *ring, struct sl_watch *watch, int fd, uint32_t events)
{
    struct sl_epoll *epoll = ring->state;
    uint32_t life = sl_number_life(fd);
    struct epoll_event event = {.events = events | ALWAYS, .data.u64 = (uint32_t)fd};
    int how = sl_watch_holds(watch, fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, rc;

    ring->enters++;
    rc = sl_sys.epoll_control(epoll->fd, how, fd, &event);
    if (rc == -ENOENT || rc == -EEXIST) { /* another file than it was; or the same after all */
        how = rc == -ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        ring->enters++;
        rc = sl_sys.epoll_control(epoll->fd, how, fd, &event);
    }
    set_doubted(epoll, watch, 0);
    watch->life = life;
    watch->ready = 0;
    watch->kind = SL_WATCH_UNKNOWN;
    watch->events = rc < 0 ? 0 : events;
    return rc;
}

int sl_epoll_register(struct sl_ring *ring, struct sl_watch *watch, int fd, uint32_t events)
{
    struct sl_epoll *epoll = ring->state;

    if (SL_UNLIKELY(!watch->waiting.head.next))
        sl_list_init(&watch->waiting);
    if (SL_UNLIKELY(!sl_watch_holds(watch, fd))) {
        /* Perhaps the new life is that of another number, and others wait here still. */
        bool alone = sl_list_empty(&watch->waiting);

        return control(ring, watch, fd, alone ? events : events | watch->events);
    }
    if (SL_UNLIKELY(events & ~watch->events))
        return control(ring, watch, fd, events | watch->events);
    set_doubted(epoll, watch, epoll->period);
    return 0;
}

/* The number may have been closed and be another file's by now, without our being told; or a call
 * found less than it asked for, and there was more. The kernel looks again. */
static void ask_again(struct sl_ring *ring, struct sl_watch *watch)
{
    struct sl_epoll *epoll = ring->state;
    struct sl_link *link = sl_list_first(&watch->waiting);
    struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

    if (!link)
        set_doubted(epoll, watch, 0);
    else if (control(ring, watch, op->fd, watch->events) < 0)
        /* The calls themselves say what is wrong. */
        sl_list_splice(&epoll->fresh, &watch->waiting);
}

void sl_epoll_doubt(struct sl_ring *ring)
{
    struct sl_epoll *epoll = ring->state;

    if (SL_LIKELY(!epoll->doubts) || epoll->looked_at < epoll->doubt_at)
        return;
    for (unsigned i = 0; i < epoll->chunk_count; i++)
        for (unsigned j = 0; epoll->chunks[i] && j < SL_EPOLL_CHUNK; j++) {
            struct sl_watch *watch = &epoll->chunks[i][j];

            if (watch->doubted && watch->doubted != epoll->period)
                ask_again(ring, watch);
        }
    epoll->period += epoll->period == UINT32_MAX ? 2 : 1; /* 0: no doubt */
    epoll->doubt_at = epoll->looked_at + SL_EPOLL_DOUBT_NS;
}
