/* The ring of io_uring for an owner that does not come to turn it: what others see of it, and the
 * turn that its thread makes in a signal handler, amid code of the program's. */
#include "ring/uring.h"

#include "os/plain.h"
#include "os/sys.h"

static bool is_kept(const struct uring *uring, const struct sl_op *op, int32_t result)
{
    for (unsigned i = 0; i < uring->kept_count; i++)
        if (uring->kept[i].op == op)
            return true;
    return op->keeps && op->keeps(op, result);
}

/* As reap; stops where nothing more can be kept. */
static unsigned reap_amid(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    unsigned head = *uring->cq_head, n = 0;
    /* Pairs with the kernel's release of the tail. */
    unsigned tail = sl_shared_load_acquire(uring->cq_tail);

    while (head != tail) {
        struct io_uring_cqe cqe = uring->cqes[head & uring->cq_mask];
        struct sl_op *op = cqe.user_data == USER_DATA_NONE ? NULL : sl_uring_op_of(&cqe);
        bool kept = op && is_kept(uring, op, cqe.res);

        if (kept && uring->kept_count == SL_URING_KEPT)
            break;
        /* As in reap: pairs with the kernel's acquire of the head. */
        sl_shared_store_release(uring->cq_head, ++head);
        if (kept)
            uring->kept[uring->kept_count++] = (struct kept){op, cqe};
        else if (op)
            sl_uring_deliver(ring, op, &cqe);
        n += op && !kept;
    }
    return n;
}

/* The kernel takes it from the owner alone: so here, and when it is needed for the first time. */
static void register_alarm(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    int fd = ring->alarm_fd;

    sl_shared_store_relaxed(uring->cq_flags, IORING_CQ_EVENTFD_DISABLED);
    if (sl_sys.ring_register(uring->fd, IORING_REGISTER_EVENTFD, &fd, 1) >= 0)
        sl_shared_store_release(&uring->alarms, 1); /* pairs with sl_uring_alarm */
}

bool sl_uring_alarm(struct sl_ring *ring, bool on)
{
    struct uring *uring = ring->state;

    if (!sl_shared_load_acquire(&uring->alarms)) /* pairs with register_alarm */
        return false;
    /* The kernel looks when something comes. What has come before is the caller's to look for. */
    sl_shared_store_relaxed(uring->cq_flags, on ? 0 : IORING_CQ_EVENTFD_DISABLED);
    return true;
}

int sl_uring_alarm_new(void)
{
    return sl_sys.event_fd();
}

void sl_uring_alarm_heard(int alarm_fd)
{
    uint64_t count;

    sl_plain_read(alarm_fd, &count, sizeof count, -1);
}

void sl_uring_turn_amid(struct sl_ring *ring)
{
    struct uring *uring = ring->state;

    if (ring->alarm_fd >= 0 && !uring->alarms)
        register_alarm(ring);
    sl_ring_deliver_ended(ring, true);
    sl_uring_refill(ring);
    for (unsigned again = 0; again < 8; again++) {
        int rc = sl_uring_enter(ring, 0, IORING_ENTER_GETEVENTS, 0);
        unsigned n = reap_amid(ring);

        if (rc < 0 || !n || !sl_uring_waits(ring))
            break;
    }
}
