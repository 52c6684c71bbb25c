/* A ring of io_uring is made and ended here. */
#include "os/sys.h"
#include "ring/deliver.h"
#include "os/plain.h"
#include "ring/uring.h"

#include <errno.h>
#include <sley/error.h>

#define FEWEST_ENTRIES 8
#define LATE_TRIES 3

/* The kernel's refusal of one flag is -EINVAL: the best level that it takes. */
static int set_up_flags(unsigned entries, struct io_uring_params *params)
{
    static const unsigned levels[] = SL_SETUP_LEVELS;
    int rc = -EINVAL;

    for (size_t i = 0; rc == -EINVAL && i < sizeof levels / sizeof *levels; i++) {
        *params = (struct io_uring_params){.flags = levels[i], .cq_entries = 4 * entries};
        rc = sl_sys.ring_setup(entries, params);
    }
    return rc;
}

/* Smaller rings while memory is short, and then some patience: what a closed ring had is given
 * back late. */
static int set_up(unsigned entries, struct io_uring_params *params)
{
    int rc = set_up_flags(entries, params);

    while (rc == -ENOMEM && entries > FEWEST_ENTRIES) {
        entries = entries / 2 > FEWEST_ENTRIES ? entries / 2 : FEWEST_ENTRIES;
        rc = set_up_flags(entries, params);
    }
    for (int i = 0; rc == -ENOMEM && i < LATE_TRIES; i++) {
        sl_plain_sleep((int64_t)10000000 << i);
        rc = set_up_flags(entries, params);
    }
    return rc;
}

static int map(struct uring *uring, const struct io_uring_params *params)
{
    const struct io_sqring_offsets *sq = &params->sq_off;
    const struct io_cqring_offsets *cq = &params->cq_off;
    size_t sq_bytes = sq->array + params->sq_entries * sizeof(unsigned);
    size_t cq_bytes = cq->cqes + params->cq_entries * sizeof(struct io_uring_cqe);
    char *queues;
    unsigned *array;

    uring->queues_bytes = sq_bytes > cq_bytes ? sq_bytes : cq_bytes;
    uring->entries_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
    uring->queues = queues = sl_plain_map_ring(uring->fd, uring->queues_bytes, IORING_OFF_SQ_RING);
    uring->entries = sl_plain_map_ring(uring->fd, uring->entries_bytes, IORING_OFF_SQES);
    if (!queues || !uring->entries)
        return -ENOMEM;
    uring->sqes = uring->entries;
    uring->sq_entries = params->sq_entries;
    uring->sq_mask = params->sq_entries - 1;
    uring->sq_head = (unsigned *)(void *)(queues + sq->head);
    uring->sq_tail = (unsigned *)(void *)(queues + sq->tail);
    uring->sq_flags = (unsigned *)(void *)(queues + sq->flags);
    uring->tail = *uring->sq_tail;
    uring->cqes = (struct io_uring_cqe *)(void *)(queues + cq->cqes);
    uring->cq_mask = params->cq_entries - 1;
    uring->cq_head = (unsigned *)(void *)(queues + cq->head);
    uring->cq_tail = (unsigned *)(void *)(queues + cq->tail);
    uring->cq_flags = (unsigned *)(void *)(queues + cq->flags);
    /* The array of indices stays the identity: entry i lies in place i. */
    array = (unsigned *)(void *)(queues + sq->array);
    for (unsigned i = 0; i < params->sq_entries; i++)
        array[i] = i;
    return 0;
}

/* A registered ring spares every enter a look into the table of descriptors. The registration is
 * the thread's (16 at most), and without it everything works. */
static void register_ring(struct uring *uring)
{
    struct io_uring_rsrc_update update = {.offset = UINT32_MAX, .data = (uint64_t)uring->fd};

    uring->enter_fd = uring->fd;
    if (sl_sys.ring_register(uring->fd, IORING_REGISTER_RING_FDS, &update, 1) != 1)
        return;
    uring->registered = true;
    uring->enter_fd = (int)update.offset;
    uring->enter_flags |= IORING_ENTER_REGISTERED_RING;
}

static void unregister_ring(const struct sl_ring *ring)
{
    const struct uring *uring = ring->state;
    struct io_uring_rsrc_update update = {.offset = (uint32_t)uring->enter_fd};

    /* In another thread the number means another ring; then this one ends with its thread. */
    if (uring->registered && sl_ring_is_own(ring))
        sl_sys.ring_register(uring->fd, IORING_UNREGISTER_RING_FDS, &update, 1);
}

/* One trip through the ring before anybody relies on it: enter is not refused, and a cancel by
 * descriptor, which finds nothing here, says whether the kernel knows it. */
static int try_it(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    struct io_uring_sqe *sqe = sl_uring_entry(uring);
    int rc;

    sqe->opcode = IORING_OP_ASYNC_CANCEL;
    sqe->fd = ring->doorbell_fd;
    sqe->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
    rc = sl_uring_enter(ring, 1, IORING_ENTER_GETEVENTS, INT64_MAX);
    if (rc != 1)
        return rc < 0 ? rc : -EAGAIN;
    ring->enters = 0;
    /* Pairs with the kernel's release of the tail. */
    if (sl_shared_load_acquire(uring->cq_tail) == *uring->cq_head)
        return -EAGAIN;
    uring->cancels_by_fd = uring->cqes[*uring->cq_head & uring->cq_mask].res != -EINVAL;
    ring->polls_first = uring->cancels_by_fd; /* came with it */
    ring->reminds = true;
    /* As in reap: pairs with the kernel's acquire of the head. */
    sl_shared_store_release(uring->cq_head, *uring->cq_head + 1);
    return 0;
}

static int refused(struct sl_ring *ring, int rc)
{
    ring->refusal = sl_kernel_refusal(rc);
    return rc == -EPERM || rc == -ENOSYS || rc == -EINVAL ? -SLEY_ENOURING : rc;
}

int sl_uring_open(struct sl_ring *ring, unsigned entries)
{
    struct uring *uring = sl_sys_allocate_zeroed(sizeof *uring, 0);
    struct io_uring_params params;
    uint8_t lacks;
    int rc;

    if (!uring)
        return -ENOMEM;
    ring->state = uring;
    sl_list_init(&uring->wanted);
    sl_list_init(&uring->flying);
    sl_list_init(&uring->asked);
    uring->wanted_fd = WANTED_NONE;
    uring->fd = rc = set_up(entries ? entries : 1, &params);
    if (rc >= 0 && (params.features & SL_FEAT_NEEDED) != SL_FEAT_NEEDED)
        rc = -ENOSYS;
    if (rc >= 0)
        rc = sl_kernel_probe(uring->fd, &lacks);
    if (rc >= 0)
        rc = map(uring, &params);
    if (rc >= 0) {
        uring->setup_flags = params.flags;
        if (params.features & SL_FEAT_NO_IOWAIT)
            uring->enter_flags |= SL_ENTER_NO_IOWAIT;
        register_ring(uring);
        rc = try_it(ring);
    }
    if (rc < 0) {
        sl_uring_close(ring);
        return refused(ring, rc);
    }
    return 0;
}

void sl_uring_close(struct sl_ring *ring)
{
    struct uring *uring = ring->state;

    unregister_ring(ring);
    if (uring->queues)
        sl_plain_unmap(uring->queues, uring->queues_bytes);
    if (uring->entries)
        sl_plain_unmap(uring->entries, uring->entries_bytes);
    if (uring->fd >= 0)
        sl_sys.close(uring->fd);
    sl_sys.release(uring, sizeof *uring, 0);
    ring->state = NULL;
}

/* The mappings are not here (MADV_DONTFORK): their place may be another's by now. */
void sl_uring_forked(struct sl_ring *ring)
{
    struct uring *uring = ring->state;

    uring->queues = uring->entries = NULL;
    uring->registered = false;
    sl_sys.close(uring->fd);
    uring->fd = -1;
}
