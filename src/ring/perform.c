/* What each operation of the simulated ring does. */
#include "ring/kernel.h"
#include "os/plain.h"
#include "ring/simulated.h"

#include <errno.h>
#include <fcntl.h>

static void *buffer(const struct sl_op *op)
{
    return (void *)(uintptr_t)op->address;
}

short sl_sim_events(const struct sl_op *op)
{
    switch (op->opcode) {
    case IORING_OP_RECV:
    case IORING_OP_READ:
    case IORING_OP_ACCEPT:
        return POLLIN;
    case IORING_OP_SEND:
    case IORING_OP_WRITE:
        return POLLOUT;
    case IORING_OP_CONNECT:
        return op->generation == SIM_CONNECTING ? POLLOUT : 0;
    case IORING_OP_POLL_ADD:
        return (short)(op->flags | POLLERR); /* never 0; poll(2) ignores the addition */
    default:
        return 0;
    }
}

bool sl_sim_interruptible(const struct sl_op *op)
{
    /* An interrupted connect goes on by itself: io_uring never reports one. */
    return op->opcode != IORING_OP_CONNECT && op->opcode != IORING_OP_NOP;
}

static int64_t later(struct sl_ring *ring, struct sl_op *op)
{
    struct simulated *sim = ring->state;

    sim->retries++;
    op->generation = SIM_RETRY;
    return -EAGAIN;
}

/* Shorter by chance, where a shorter transfer loses nothing. */
static size_t cut(struct sl_ring *ring, const struct sl_op *op)
{
    if (op->length < 2 || sl_rng_below(&ring->rng, 2) || !sl_plain_is_stream(op->fd))
        return op->length;
    return 1 + sl_rng_below(&ring->rng, op->length);
}

/* The descriptor may be a blocking one, and poll(2)'s word may be stale (another process reads the
 * same pipe): the call is made on a descriptor that does not block. */
static int64_t file(struct sl_ring *ring, struct sl_op *op, uint32_t *flags)
{
    size_t size = cut(ring, op);
    int was = sl_plain_nonblocking(op->fd, true);
    int64_t result;

    if (was < 0)
        return was;
    if (op->opcode == IORING_OP_READ)
        result = sl_plain_read(op->fd, buffer(op), size, (int64_t)op->offset);
    else
        result = sl_plain_write(op->fd, buffer(op), size, (int64_t)op->offset);
    if (!was)
        sl_plain_nonblocking(op->fd, false);
    /* io_uring does that to files that cannot be polled. */
    else if (result == -EAGAIN && sl_rng_below(&ring->rng, 4) == 0)
        *flags = SIM_REPORT_EAGAIN;
    return result;
}

static int64_t accept_one(struct sl_ring *ring, struct sl_op *op, uint32_t *flags)
{
    int was = sl_plain_nonblocking(op->fd, true);
    int64_t result;

    if (was < 0)
        return was;
    result = sl_plain_accept(op->fd, buffer(op), (socklen_t *)(uintptr_t)op->offset,
                             (int)op->flags);
    if (!was)
        sl_plain_nonblocking(op->fd, false);
    /* The kernel ends a multishot operation when it likes. */
    if (result >= 0 && op->multishot && sl_rng_below(&ring->rng, 16))
        *flags = IORING_CQE_F_MORE;
    return result;
}

static int64_t connect_step(struct sl_ring *ring, struct sl_op *op)
{
    int was, result;

    if (op->generation == SIM_CONNECTING) {
        struct pollfd poll = {.fd = op->fd, .events = POLLOUT};

        if (sl_plain_poll(&poll, 1, 0) == 0)
            return -EAGAIN;
        result = sl_plain_get_option(op->fd, SOL_SOCKET, SO_ERROR);
        return result > 0 ? -result : result;
    }
    was = sl_plain_nonblocking(op->fd, true);
    if (was < 0)
        return was;
    result = sl_plain_connect(op->fd, buffer(op), (socklen_t)op->offset);
    if (!was)
        sl_plain_nonblocking(op->fd, false);
    if (result == -EAGAIN) /* a unix socket whose listener's backlog is full */
        return later(ring, op);
    if (result == -EINPROGRESS) {
        op->generation = SIM_CONNECTING;
        return -EAGAIN;
    }
    return result;
}

static int64_t open_file(struct sl_ring *ring, struct sl_op *op)
{
    int result = sl_plain_open(op->fd, buffer(op), (int)op->flags | O_NONBLOCK, op->length);

    if (result == -ENXIO && (op->flags & O_ACCMODE) == O_WRONLY)
        return later(ring, op); /* a FIFO that nobody reads */
    if (result >= 0 && !(op->flags & O_NONBLOCK))
        sl_plain_nonblocking(result, false);
    return result;
}

static int64_t poll_once(short revents)
{
    if (revents & POLLNVAL)
        return -EBADF;
    return revents ? revents : -EAGAIN;
}

int64_t sl_sim_perform(struct sl_ring *ring, struct sl_op *op, short revents, uint32_t *flags)
{
    switch (op->opcode) {
    case IORING_OP_NOP:
        return 0;
    case IORING_OP_RECV:
        return sl_plain_recv(op->fd, buffer(op), cut(ring, op), (int)op->flags);
    case IORING_OP_SEND:
        return sl_plain_send(op->fd, buffer(op), cut(ring, op), (int)op->flags);
    case IORING_OP_READ:
    case IORING_OP_WRITE:
        return file(ring, op, flags);
    case IORING_OP_ACCEPT:
        return accept_one(ring, op, flags);
    case IORING_OP_CONNECT:
        return connect_step(ring, op);
    case IORING_OP_OPENAT:
        return open_file(ring, op);
    case IORING_OP_FSYNC:
        return sl_plain_fsync(op->fd, op->flags & IORING_FSYNC_DATASYNC);
    case IORING_OP_POLL_ADD:
        return poll_once(revents);
    default:
        return -EINVAL;
    }
}
