/* An eventfd and a multishot poll on it, armed as long as the ring is open.
 *
 * Nobody reads the eventfd: every write wakes the poll again, whatever the counter says, so a ring
 * of the bell costs the owner no system call beside its enter. The counter grows by one each time
 * and would be full after 2^64 - 2 of them. If the kernel ends the poll it is armed anew; the
 * counter is then not zero and the poll completes at once, one wake too many at worst. */
#include "ring/deliver.h"
#include "os/plain.h"

#include <errno.h>
#include <poll.h>

static void rung(struct sl_ring *ring, struct sl_op *op)
{
    if (!(op->cqe_flags & IORING_CQE_F_MORE) && !ring->closing) {
        uint64_t word;

        /* Were it not for this, a kernel that ends each poll at once would spin. */
        sl_plain_read(ring->doorbell_fd, &word, sizeof word, -1);
        sl_doorbell_arm(ring);
    }
    sl_ring_read_mail(ring);
}

void sl_doorbell_arm(struct sl_ring *ring)
{
    ring->doorbell = (struct sl_op){
        .complete = rung,
        .opcode = IORING_OP_POLL_ADD,
        .multishot = 1,
        .fd = ring->doorbell_fd,
        .flags = POLLIN,
        .length = IORING_POLL_ADD_MULTI,
    };
    ring->class->submit(ring, &ring->doorbell);
}

static void watched(struct sl_ring *ring, struct sl_op *op)
{
    (void)op;
    ring->alarmed = true;
}

void sl_ring_watch(struct sl_ring *ring, int alarm_fd)
{
    if (ring->watch.state != SL_OP_IDLE)
        return;
    ring->watch = (struct sl_op){
        .complete = watched,
        .opcode = IORING_OP_POLL_ADD,
        .fd = alarm_fd,
        .flags = POLLIN,
    };
    ring->class->submit(ring, &ring->watch);
}

static void reminded(struct sl_ring *ring, struct sl_op *op)
{
    ring->completed--;
    ring->reminded = true;
    ring->reminds &= op->result == -ETIME || op->result == -ECANCELED;
}

/* The kernel reads the time when it takes the entry, which may be later than this returns. */
void sl_ring_remind(struct sl_ring *ring, int64_t ns)
{
    if (ring->reminder.state != SL_OP_IDLE)
        return;
    ring->remind_in.s = ns / 1000000000;
    ring->remind_in.ns = ns % 1000000000;
    ring->reminder = (struct sl_op){
        .complete = reminded,
        .opcode = IORING_OP_TIMEOUT,
        .fd = -1,
        .address = (uint64_t)(uintptr_t)&ring->remind_in,
        .length = 1,
    };
    ring->class->submit(ring, &ring->reminder);
    ring->submitted--; /* counted are the program's operations */
}

void sl_ring_ring(const struct sl_ring *ring)
{
    sl_plain_ring(ring->doorbell_fd);
}
