#include "ring/ring.h"

#include "os/sys.h"
#include "ring/deliver.h"
#include "ring/kernel.h"
#include "ring/perform.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/* Every open ring of the process, for those who close a descriptor that another thread uses. */
static pthread_mutex_t rings_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sl_list rings = {{&rings.head, &rings.head}};
static uint32_t last_id;

int sl_ring_open(struct sl_ring *ring, const struct sl_ring_class *class, unsigned entries,
                 uint64_t seed)
{
    int rc;

    *ring = (struct sl_ring){
        .class = class, .doorbell_fd = -1, .alarm_fd = -1, .owner = gettid()};
    sl_list_init(&ring->backlog);
    sl_list_init(&ring->ended);
    sl_list_init(&ring->attached);
    ring->rng.state = seed ? seed : sl_sys.random();
    ring->doorbell_fd = sl_sys.event_fd();
    if (ring->doorbell_fd < 0) {
        ring->refusal = sl_kernel_lacks(ring->doorbell_fd, "no eventfd can be made");
        return ring->doorbell_fd;
    }
    rc = class->open(ring, entries);
    if (rc < 0) {
        sl_sys.close(ring->doorbell_fd);
        ring->doorbell_fd = -1;
        if (!ring->refusal)
            ring->refusal = sl_kernel_lacks(rc, NULL);
        return rc;
    }
    pthread_mutex_lock(&rings_lock);
    while (++last_id == 0)
        ;
    ring->id = last_id;
    sl_list_push(&rings, &ring->open);
    pthread_mutex_unlock(&rings_lock);
    sl_doorbell_arm(ring);
    return 0;
}

bool sl_ring_is_own(const struct sl_ring *ring)
{
    return ring->owner == gettid();
}

/* The completion of a cancelled operation may queue another one (a callback that cleans up): that
 * one is cancelled in its turn. */
static void drain(struct sl_ring *ring)
{
    if (ring->in_flight)
        ring->class->cancel_all(ring);
    while (ring->in_flight)
        if (ring->class->turn(ring, 20000000) == -ETIME)
            ring->class->cancel_all(ring);
}

void sl_ring_close(struct sl_ring *ring)
{
    struct sl_link *link;

    if (ring->was) { /* the parent's: only memory is left, and attached memory stays */
        ring->was->close(ring);
        ring->was = NULL;
        return;
    }
    if (ring->doorbell_fd < 0)
        return;
    ring->closing = true;
    while ((link = sl_list_first(&ring->attached))) {
        struct sl_attachment *attachment = SL_CONTAINER(link, struct sl_attachment, link);

        attachment->detach(ring, attachment);
    }
    if (sl_ring_is_own(ring))
        drain(ring);
    pthread_mutex_lock(&rings_lock);
    sl_link_remove(&ring->open);
    pthread_mutex_unlock(&rings_lock);
    ring->class->close(ring);
    sl_sys.close(ring->doorbell_fd);
    ring->doorbell_fd = -1;
}

void sl_ring_end_waiting(struct sl_ring *ring, struct sl_op *op)
{
    sl_link_remove(&op->link);
    op->state = SL_OP_ENDED;
    op->cancelled = 1;
    sl_list_push(&ring->ended, &op->link);
}

void sl_ring_end_waiting_on(struct sl_ring *ring, int fd)
{
    struct sl_link *link, *next;

    for (link = ring->backlog.head.next; link != &ring->backlog.head; link = next) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        next = link->next;
        if (op->fd == fd || fd < 0)
            sl_ring_end_waiting(ring, op);
    }
}

unsigned sl_ring_deliver_ended(struct sl_ring *ring, bool amid)
{
    struct sl_list ended;
    struct sl_link *link;
    unsigned n = 0;

    /* Only those of now: a completion may cancel others, whose turn is the next. */
    sl_list_init(&ended);
    sl_list_splice(&ended, &ring->ended);
    while ((link = sl_list_pop(&ended))) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        if (amid && op->keeps && op->keeps(op, -ECANCELED)) {
            sl_list_push(&ring->ended, link);
            continue;
        }
        link->next = NULL;
        sl_ring_deliver(ring, op, -ECANCELED, 0);
        n++;
    }
    return n;
}

/* ---- mail: one word of what others want ---- */

void sl_ring_cancel_elsewhere(const struct sl_ring *self, int fd)
{
    struct sl_link *link;

    pthread_mutex_lock(&rings_lock);
    for (link = rings.head.next; link != &rings.head; link = link->next) {
        struct sl_ring *ring = SL_CONTAINER(link, struct sl_ring, open);
        uint32_t mail = sl_load_relaxed(&ring->mail), wanted;

        if (ring == self)
            continue;
        /* Room for one descriptor: a second wish becomes "cancel all". Whose operation was not
         * meant tries again, so that is slow, not wrong. The exchange pairs with read_mail's. */
        do
            wanted = mail && mail != (uint32_t)fd + 1 ? SL_RING_MAIL_ALL : (uint32_t)fd + 1;
        while (!sl_cas_weak_acq_rel(&ring->mail, &mail, wanted));
        sl_ring_ring(ring);
    }
    pthread_mutex_unlock(&rings_lock);
}

void sl_ring_read_mail(struct sl_ring *ring)
{
    uint32_t mail;

    if (SL_LIKELY(!sl_load_relaxed(&ring->mail)))
        return;
    /* Pairs with the exchange in sl_ring_cancel_elsewhere: what made them ask is visible here. */
    mail = sl_exchange_acq_rel(&ring->mail, 0);
    if (mail == SL_RING_MAIL_ALL)
        ring->class->cancel_all(ring);
    else if (mail)
        ring->class->cancel_fd(ring, (int)(mail - 1));
}

/* ---- fork ---- */

void sl_rings_lock(void)
{
    pthread_mutex_lock(&rings_lock);
}

void sl_rings_unlock(void)
{
    pthread_mutex_unlock(&rings_lock);
}

static void dead_submit(struct sl_ring *ring, struct sl_op *op)
{
    (void)ring, (void)op;
}

static void dead_cancel_fd(struct sl_ring *ring, int fd)
{
    (void)ring, (void)fd;
}

static void dead_cancel_all(struct sl_ring *ring)
{
    (void)ring;
}

static bool dead_pending(struct sl_ring *ring)
{
    (void)ring;
    return false;
}

static int dead_turn(struct sl_ring *ring, int64_t wait_ns)
{
    (void)ring, (void)wait_ns;
    return 0;
}

static const struct sl_ring_class dead = {
    .name = "dead",
    .submit = dead_submit,
    .cancel = dead_submit,
    .cancel_fd = dead_cancel_fd,
    .cancel_all = dead_cancel_all,
    .pending = dead_pending,
    .turn = dead_turn,
};

void sl_rings_forked(void)
{
    struct sl_link *link;

    while ((link = sl_list_pop(&rings))) {
        struct sl_ring *ring = SL_CONTAINER(link, struct sl_ring, open);

        sl_sys.close(ring->doorbell_fd);
        ring->doorbell_fd = -1;
        if (ring->class->forked)
            ring->class->forked(ring);
        ring->was = ring->class;
        ring->class = &dead;
        ring->in_flight = 0;
    }
    sl_perform_forked();
    sl_rings_unlock();
}
