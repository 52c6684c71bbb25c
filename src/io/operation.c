#include "io/operation.h"

#include "io/table.h"

#include <errno.h>
#include <poll.h>
#include <sley/error.h>

static void completed(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_operation *operation = SL_CONTAINER(op, struct sl_operation, op);

    (void)ring;
    if (SL_LIKELY(sl_wait_wake(operation->loop, &operation->wait)))
        return;
    /* A cancel is on its way to here, through a record that lies on the fiber's stack: when it has
     * arrived the fiber may go. */
    operation->ended = true;
}

/* A request only: the wait goes on until the completion. */
bool sl_operation_cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_operation *operation = SL_CONTAINER(wait, struct sl_operation, wait);
    struct sl_ring *ring = operation->loop->ring;

    (void)loop;
    ring->class->cancel(ring, &operation->op);
    return true;
}

int sl_operation_descriptor(const struct sl_wait *wait)
{
    return SL_CONTAINER(wait, const struct sl_operation, wait)->op.fd;
}

/* On the ring's own worker: a cancel from another one. */
static void mail_arrived(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sl_operation *operation = SL_CONTAINER(item, struct sl_operation, mail);
    struct sl_fiber *fiber = operation->wait.fiber;

    sl_and_acq_rel(&fiber->word, ~(uint32_t)SL_FIBER_MAILED); /* pairs with who sent it */
    if (operation->ended)
        sl_wait_wake(loop, &operation->wait);
    else
        loop->ring->class->cancel(loop->ring, &operation->op);
}

void (*const sl_inbox_amid)(struct sley_loop *loop, struct sl_inbox_item *item) = mail_arrived;

/* Of many workers: the operation is cancelled by the ring that has it. */
bool sl_operation_cancel_held(struct sley_loop *loop, struct sl_wait *wait)
{
    struct sl_operation *operation = SL_CONTAINER(wait, struct sl_operation, wait);
    struct sley_loop *home = operation->loop;
    struct sl_fiber *fiber = wait->fiber;
    bool sends = loop != home && !(sl_fiber_flags(fiber) & SL_FIBER_MAILED);

    if (loop == home) {
        home->ring->class->cancel(home->ring, &operation->op);
        sl_park_release(fiber, 0);
        return true;
    }
    if (sends) /* from now on the completion alone does not end the wait */
        operation->mail.run = mail_arrived;
    sl_park_release(fiber, sends ? SL_FIBER_MAILED : 0);
    if (sends)
        sl_inbox_post(home, &operation->mail);
    return true;
}

/* A cancel that waits for this suspension point: nothing has been queued. */
static int checkpoint(struct sl_fiber *self, struct sl_wait *wait)
{
    uint32_t before = sl_fiber_flags(self);
    int rc = sl_wait_checkpoint(self);

    if (SL_UNLIKELY(rc))
        wait->taken = (before ^ sl_fiber_flags(self)) & SL_FIBER_MUST_CANCEL ? SL_EDGE_TAKEN
                                                                     : SL_SCOPE_TAKEN;
    return rc;
}

/* Nothing was left in the socket when this receive ended: the next one need not try before it
 * waits. After an error, -EAGAIN too, it tries. */
SL_INLINE bool drained(const struct sl_op *op)
{
    return op->result > 0 && (uint32_t)op->result < op->length &&
           !(op->cqe_flags & IORING_CQE_F_SOCK_NONEMPTY);
}

/* One trip through the ring. The kernel's result; *cancel is the code of a cancel that was taken
 * meanwhile, *closed tells that the descriptor was closed. -EBADF and the like can also come from
 * the table: then nothing was queued. */
static int trip(struct sley_loop **loop, struct sl_operation *operation, int *cancel, bool *closed)
{
    struct sl_op *op = &operation->op;
    bool receives = op->opcode == IORING_OP_RECV;
    int rc;
    struct sl_ring *ring = sl_worker_ring(*loop, &rc);

    if (SL_UNLIKELY(!ring))
        return rc;
    if (op->fd >= 0 && SL_UNLIKELY((rc = sl_table_begin(op->fd, ring->id)) < 0))
        return rc;
    if (receives)
        op->priority = rc == SL_TABLE_DRAINED && ring->polls_first ? IORING_RECVSEND_POLL_FIRST : 0;
    op->complete = completed;
    operation->loop = *loop;
    operation->ended = false;
    ring->class->submit(ring, op);
    *cancel = sl_wait_park(loop, &operation->wait);
    if (op->fd >= 0 && SL_UNLIKELY(receives ? sl_table_end_receive(op->fd, drained(op))
                                            : sl_table_end(op->fd))) {
        *closed = true;
        sl_starved_freed(*loop);
    }
    return op->result;
}

static short direction(const struct sl_op *op)
{
    switch (op->opcode) {
    case IORING_OP_RECV:
    case IORING_OP_READ:
    case IORING_OP_ACCEPT:
        return POLLIN;
    case IORING_OP_SEND:
    case IORING_OP_WRITE:
        return POLLOUT;
    default:
        return 0;
    }
}

/* 0 bytes may be the end that our own close made; 0 as a descriptor is one. So may events be, and
 * they take nothing away. */
static bool has_effect(const struct sl_op *op)
{
    if (op->opcode == IORING_OP_POLL_ADD)
        return false;
    return op->result > 0 || (op->result == 0 && op->opcode == IORING_OP_ACCEPT);
}

/* Files that the kernel will not wait for itself answer -EAGAIN if they are O_NONBLOCK. */
static SL_NOINLINE int wait_ready(struct sley_loop **loop, struct sl_operation *operation,
                                  const struct sl_wait_class *class)
{
    struct sl_operation poll = {.op = {.opcode = IORING_OP_POLL_ADD,
                                       .fd = operation->op.fd,
                                       .flags = (uint16_t)direction(&operation->op)}};
    int rc = sl_operation_run(loop, &poll, class);

    operation->wait.taken = poll.wait.taken;
    return rc;
}

int sl_operation_run(struct sley_loop **loop, struct sl_operation *operation,
                     const struct sl_wait_class *class)
{
    struct sl_fiber *self = (*loop)->current;
    struct sl_op *op = &operation->op;

    for (;;) {
        int cancel, result;
        bool closed = false;

        sl_wait_init(&operation->wait, self, class, op);
        cancel = checkpoint(self, &operation->wait);
        if (SL_UNLIKELY(cancel))
            return cancel;
        result = trip(loop, operation, &cancel, &closed);
        if (SL_LIKELY(result >= 0) && SL_LIKELY(!cancel) && SL_LIKELY(!closed))
            return result;
        if (result == -ECANCELED || result == -EINTR) {
            /* The kernel's own words for "nothing was done": whose wish was it? */
            if (cancel)
                return cancel;
            if (closed)
                return -SLEY_ECLOSED;
            continue; /* a signal, or a cancel that was meant for another descriptor */
        }
        if (result == -EAGAIN && direction(op) && !cancel && !closed) {
            result = wait_ready(loop, operation, class);
            if (result < 0)
                return result;
            continue;
        }
        /* It has an effect, or an error of its own: that is the result, and a cancel that came
         * too late meets the next suspension. */
        if (cancel)
            sl_wait_put_back(&operation->wait);
        operation->wait.taken = 0;
        return closed && !has_effect(op) ? -SLEY_ECLOSED : result;
    }
}

int sl_operation_call(struct sl_operation *operation, const struct sl_wait_class *class)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (SL_LIKELY(loop->current != NULL))
        rc = sl_operation_run(&loop, operation, class);
    sl_leave(loop);
    return rc;
}

static ssize_t run_all(struct sley_loop **loop, struct sl_operation *operation, size_t size,
                       const struct sl_wait_class *class)
{
    struct sl_op *op = &operation->op;
    size_t done = 0;

    do {
        int n;

        op->length = sl_operation_length(size - done);
        n = sl_operation_run(loop, operation, class);
        if (SL_UNLIKELY(n <= 0)) {
            if (!done || n == 0)
                return done ? (ssize_t)done : n;
            /* The bytes are reported; the cancel that cut them short is not, yet. */
            sl_wait_put_back(&operation->wait);
            break;
        }
        done += (size_t)n;
        op->address += (uint64_t)n;
    } while (done < size);
    return (ssize_t)done;
}

ssize_t sl_operation_call_all(struct sl_operation *operation, size_t size,
                              const struct sl_wait_class *class)
{
    struct sley_loop *loop = sl_enter();
    ssize_t rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (SL_LIKELY(loop->current != NULL))
        rc = run_all(&loop, operation, size, class);
    sl_leave(loop);
    return rc;
}
