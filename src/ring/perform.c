/* What each operation does, by plain calls.
 *
 * A descriptor may be a blocking one, and what poll(2) said of it may be stale (another process
 * reads the same pipe). Where a call cannot be told to return at once, the file is made O_NONBLOCK
 * around it, under a lock: one thread's end of that must not come before another one's call. */
#include "ring/perform.h"

#include "os/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

void sl_perform_forked(void)
{
    changing = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

short sl_perform_events(const struct sl_op *op)
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
        return op->generation == SL_PERFORM_CONNECTING ? POLLOUT : 0;
    case IORING_OP_POLL_ADD:
        return (short)(op->flags | POLLERR | POLLRDHUP); /* as io_uring; never 0 */
    default:
        return 0;
    }
}

static int64_t transfer_at(const struct sl_op *op, size_t length, int64_t offset)
{
    return op->opcode == IORING_OP_READ ? sl_plain_read(op->fd, sl_op_buffer(op), length, offset)
                                        : sl_plain_write(op->fd, sl_op_buffer(op), length, offset);
}

static int64_t transfer_now_at(const struct sl_op *op, int64_t offset)
{
    return op->opcode == IORING_OP_READ
               ? sl_plain_read_now(op->fd, sl_op_buffer(op), op->length, offset)
               : sl_plain_write_now(op->fd, sl_op_buffer(op), op->length, offset);
}

/* Where there are no offsets io_uring does not mind one, but on sockets. */
#define HERE (-1)

static bool has_no_offset(const struct sl_op *op, int64_t result)
{
    return result == -ESPIPE &&
           (!op->offset || sl_plain_get_option(op->fd, SOL_SOCKET, SO_TYPE) < 0);
}

static int64_t transfer(const struct sl_op *op, size_t length)
{
    int64_t result = transfer_at(op, length, (int64_t)op->offset);

    return has_no_offset(op, result) ? transfer_at(op, length, HERE) : result;
}

int64_t sl_perform_now(const struct sl_op *op)
{
    int64_t result = transfer_now_at(op, (int64_t)op->offset);

    return has_no_offset(op, result) ? transfer_now_at(op, HERE) : result;
}

static int64_t call(const struct sl_op *op, size_t length)
{
    switch (op->opcode) {
    case IORING_OP_ACCEPT:
        return sl_plain_accept(op->fd, sl_op_buffer(op), (socklen_t *)(uintptr_t)op->offset,
                               (int)op->flags);
    case IORING_OP_CONNECT:
        return sl_plain_connect(op->fd, sl_op_buffer(op), (socklen_t)op->offset);
    default:
        return transfer(op, length);
    }
}

/* As io_uring, which polls what it cannot tell not to wait: so a FIFO that nobody has opened for
 * writing yet is not at its end. */
static bool has_nothing(const struct sl_op *op)
{
    struct pollfd poll = {.fd = op->fd, .events = POLLIN};

    return op->opcode == IORING_OP_READ && sl_plain_poll(&poll, 1, 0) == 0;
}

/* A listener stays O_NONBLOCK. The lock is this process's, and listeners are shared among several:
 * one that took the flag back between another one's look at it and its accept would block that
 * one's loop until the next connection. */
static int64_t unblocked(const struct sl_op *op, size_t length)
{
    int64_t result;
    int was;

    pthread_mutex_lock(&changing);
    was = sl_plain_nonblocking(op->fd, true);
    if (was < 0)
        result = was;
    else
        result = was == 0 && has_nothing(op) ? -EAGAIN : call(op, length);
    if (was == 0 && (op->opcode != IORING_OP_ACCEPT || result == -ENOTSOCK))
        sl_plain_nonblocking(op->fd, false);
    pthread_mutex_unlock(&changing);
    return result;
}

static int64_t poll_once(const struct sl_op *op)
{
    struct pollfd poll = {.fd = op->fd, .events = sl_perform_events(op)};
    int rc = sl_plain_poll(&poll, 1, 0);

    if (rc <= 0)
        return rc < 0 ? rc : -EAGAIN;
    return poll.revents & POLLNVAL ? -EBADF : poll.revents;
}

static int64_t connect_step(struct sl_op *op)
{
    bool connecting = op->generation == SL_PERFORM_CONNECTING;
    int64_t result = connecting ? poll_once(op) : 0;

    if (result < 0)
        return result;
    result = unblocked(op, 0); /* the second one says how the first one ended */
    if (connecting) {
        if (result == -EALREADY)
            return -EAGAIN;
        return result == -EISCONN ? 0 : result;
    }
    if (result == -EAGAIN) { /* a unix socket whose listener's backlog is full */
        op->generation = SL_PERFORM_AGAIN;
    } else if (result == -EINPROGRESS) {
        op->generation = SL_PERFORM_CONNECTING;
        result = -EAGAIN;
    }
    return result;
}

bool sl_perform_opens_later(const struct sl_op *op, int64_t result)
{
    return op->opcode == IORING_OP_OPENAT && result == -EAGAIN && !(op->flags & O_NONBLOCK);
}

/* As io_uring: a FIFO's other end is not waited for. -EAGAIN: it is leased. */
static int64_t open_file(const struct sl_op *op)
{
    int result = sl_plain_open(op->fd, sl_op_buffer(op), (int)op->flags | O_NONBLOCK, op->length);

    if (op->flags & O_NONBLOCK)
        return result;
    if (result >= 0)
        sl_plain_nonblocking(result, false);
    return result;
}

int64_t sl_perform(struct sl_op *op, size_t length)
{
    int64_t result;

    switch (op->opcode) {
    case IORING_OP_NOP:
        return 0;
    case IORING_OP_RECV:
        return sl_plain_recv(op->fd, sl_op_buffer(op), length, (int)op->flags);
    case IORING_OP_SEND:
        return sl_plain_send(op->fd, sl_op_buffer(op), length, (int)op->flags);
    case IORING_OP_READ:
    case IORING_OP_WRITE:
    case IORING_OP_ACCEPT:
        return unblocked(op, length);
    case IORING_OP_CONNECT:
        return connect_step(op);
    case IORING_OP_OPENAT:
        result = open_file(op);
        if (sl_perform_opens_later(op, result))
            op->generation = SL_PERFORM_AGAIN;
        return result;
    case IORING_OP_FSYNC:
        return sl_plain_fsync(op->fd, op->flags & IORING_FSYNC_DATASYNC);
    case IORING_OP_POLL_ADD:
        return poll_once(op);
    default:
        return -EINVAL;
    }
}

int64_t sl_perform_waiting(struct sl_op *op)
{
    switch (op->opcode) {
    case IORING_OP_OPENAT:
        return open_file(op);
    case IORING_OP_FSYNC:
        return sl_plain_fsync(op->fd, op->flags & IORING_FSYNC_DATASYNC);
    default:
        return transfer(op, op->length);
    }
}
