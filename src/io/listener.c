/* sley_listener: one multishot accept in the ring, and a queue of connections nobody has asked for.
 *
 * The record is counted by who may still touch it: the handle, the operation in flight, each task
 * that waits. Close takes the handle away, and whoever is last frees the record: nothing in flight
 * ever points to freed memory, and close need not wait. Like a reader it counts as an operation on
 * its descriptor from open to its last operation. */
#include "io/attached.h"
#include "io/descriptor.h"
#include "io/operation.h"
#include "io/socket.h"
#include "io/table.h"
#include "sched/share.h"

#include <sley/error.h>
#include <sley/listener.h>
#include <sley/socket.h>

#include <errno.h>

/* So many connections are kept for those who may ask; then the rest wait in the kernel's backlog,
 * until half of them have been taken. */
#define MOST_KEPT 256

struct listener {
    struct sl_attached attached;
    struct sl_timer timer;        /* armed while the process has no descriptor left */
    struct sl_op op;
    struct sley_loop *loop;       /* NULL once that is closed */
    struct sl_table_queue queue;  /* accepted, not asked for */
    sley_links waiters;           /* struct acceptor, oldest first, until its own task has run */
    struct sl_inbox_item closing; /* from another worker */
    unsigned holders;
    int fd;
    int error;                    /* why nothing will be accepted any more, or 0 */
    bool starved;                 /* waits for timer or for a descriptor */
    bool throttled;               /* has MOST_KEPT */
    bool held;                    /* counted in the table */
    bool gone;                    /* the number is another's */
};

struct acceptor {
    struct sl_wait wait;
    int result; /* a descriptor, or an error; nothing: -EAGAIN */
    bool given;
};

static const struct sl_wait_class listener_wait = {.reason = "listener"};

static void release(struct listener *listener)
{
    if (--listener->holders == 0)
        sl_sys.release(listener, sizeof *listener, 0);
}

/* No operation will follow: the descriptor's number may go. */
static void let_go(struct listener *listener)
{
    if (!listener->held || listener->op.state != SL_OP_IDLE)
        return;
    listener->held = false;
    listener->gone = sl_table_end(listener->fd);
    if (listener->gone)
        sl_starved_freed(listener->loop);
}

/* ---- giving ---- */

/* To the first whose wait it ends. */
static bool give(struct listener *listener, int result)
{
    struct sl_link *link = sl_chain_first(&listener->waiters);

    for (; link; link = link->next) {
        struct sl_wait *wait = SL_CONTAINER(link, struct sl_wait, link);
        struct acceptor *acceptor = SL_CONTAINER(wait, struct acceptor, wait);

        if (acceptor->given)
            continue;
        acceptor->result = result;
        acceptor->given = sl_wait_wake(listener->loop, wait);
        if (acceptor->given)
            return true;
        acceptor->result = -EAGAIN; /* it was cancelled, perhaps just now */
    }
    return false;
}

static void fail(struct listener *listener, int error)
{
    listener->error = error;
    while (give(listener, error))
        ;
}

/* One that its task did not live to take: the next one's, or the first in the queue. */
static void hand_on(struct listener *listener, int fd)
{
    if (listener->error)
        sl_sys.close(fd);
    else if (!give(listener, fd))
        sl_table_unshift(&listener->queue, fd);
}

/* ---- the operation ---- */

static void arm(struct listener *listener)
{
    struct sl_ring *ring = listener->loop->ring;

    if (listener->op.state != SL_OP_IDLE || listener->starved || listener->error ||
        (listener->throttled && listener->queue.count > MOST_KEPT / 2))
        return;
    listener->throttled = false;
    listener->holders++;
    ring->class->submit(ring, &listener->op);
}

static void wake_up(struct listener *listener)
{
    if (!listener->starved)
        return;
    listener->starved = false;
    sl_starved_end();
    sl_timer_disarm(listener->loop, &listener->timer);
}

static bool try_again(struct listener *listener)
{
    if (sl_table_closed(listener->fd)) {
        fail(listener, -SLEY_ECLOSED);
        let_go(listener);
        return false;
    }
    arm(listener);
    return true;
}

static void due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    struct listener *listener = SL_CONTAINER(timer, struct listener, timer);

    (void)loop;
    listener->starved = false; /* the timer is off the wheel, and must not be disarmed from here */
    sl_starved_end();
    try_again(listener);
}

static bool freed(struct sley_loop *loop, struct sl_attached *attached)
{
    struct listener *listener = SL_CONTAINER(attached, struct listener, attached);
    bool starved = listener->starved;

    (void)loop;
    wake_up(listener);
    return starved && try_again(listener);
}

static void starve(struct listener *listener)
{
    listener->starved = true;
    sl_starved_begin();
    sl_timer_arm(listener->loop, &listener->timer, sl_loop_clock(listener->loop) + SL_STARVED_NS);
}

/* Errors of one connection, or of one attempt. -ECANCELED: throttled, or meant for another. */
static bool passes(int error)
{
    return error == -ECANCELED || error == -EINTR || error == -EAGAIN ||
           error == -ECONNABORTED || error == -EPROTO;
}

/* For good, for a while, or by the way. */
static void ended(struct sl_ring *ring, struct listener *listener, int result)
{
    if (listener->error) {
        ; /* that was the end */
    } else if (ring->closing || sl_table_closed(listener->fd)) {
        fail(listener, -SLEY_ECLOSED);
    } else if (sl_starved(result)) {
        starve(listener);
    } else if (result == -EINVAL && listener->op.multishot) {
        listener->op.multishot = 0; /* before 5.19: one by one */
        listener->op.priority = 0;
    } else if (result < 0 && !passes(result)) {
        fail(listener, result);
    }
    if (listener->error)
        let_go(listener);
    else
        arm(listener);
}

static void accepted(struct sl_ring *ring, struct sl_op *op)
{
    struct listener *listener = SL_CONTAINER(op, struct listener, op);
    int fd = op->result;

    if (fd >= 0) {
        if (listener->error || (!give(listener, fd) && !sl_table_push(&listener->queue, fd)))
            sl_sys.close(fd);
        if (listener->queue.count >= MOST_KEPT) {
            listener->throttled = true;
            ring->class->cancel(ring, op); /* does nothing if it has ended */
        }
    }
    if (op->cqe_flags & IORING_CQE_F_MORE)
        return;
    ended(ring, listener, fd);
    release(listener);
}

/* ---- the object ---- */

static void detach(struct sl_ring *ring, struct sl_attachment *attachment)
{
    struct listener *listener = SL_CONTAINER(attachment, struct listener, attached.attachment);

    (void)ring;
    wake_up(listener);
    sl_link_remove(&attachment->link);
    fail(listener, -SLEY_ECLOSED);
    listener->loop = NULL;
    let_go(listener);
}

static int open_in(struct sley_loop *loop, struct sl_ring *ring, sley_listener *handle, int fd)
{
    struct listener *listener = sl_sys_allocate_zeroed(sizeof *listener, 0);
    int rc;

    if (!listener)
        return -ENOMEM;
    rc = sl_table_begin(fd, ring->id);
    if (rc < 0) {
        sl_sys.release(listener, sizeof *listener, 0);
        return rc;
    }
    *listener = (struct listener){
        .attached = {.attachment = {.detach = detach}, .freed = freed},
        .timer = {.entry = {.run = due}},
        .op = {.complete = accepted,
               .opcode = IORING_OP_ACCEPT,
               .multishot = 1,
               .fd = fd,
               .flags = SOCK_CLOEXEC,
               .priority = IORING_ACCEPT_MULTISHOT},
        .loop = loop,
        .queue = {.first = -1, .last = -1},
        .holders = 1,
        .fd = fd,
        .held = true,
    };
    sl_attach(ring, &listener->attached);
    arm(listener);
    handle->_state = listener;
    return 0;
}

int sley_listener_open(sley_listener *handle, int fd)
{
    struct sley_loop *loop = sl_enter();
    struct sl_ring *ring = NULL;
    int rc = -SLEY_ENOLOOP;

    *handle = (sley_listener){0};
    if (fd < 0)
        rc = fd >= SLEY_ERROR_MIN ? fd : -EBADF; /* what sley_listen_tcp said */
    else if (!loop)
        rc = sl_no_loop();
    else if ((ring = sl_worker_ring(loop, &rc)))
        rc = open_in(loop, ring, handle, fd);
    if (rc < 0 && fd >= 0)
        sl_descriptor_close(loop, fd);
    if (loop)
        sl_leave(loop);
    return rc;
}

int sley_listener_open_tcp(sley_listener *handle, const char *address, int backlog)
{
    return sley_listener_open(handle, sley_listen_tcp(address, backlog));
}

static int wait_in(struct sley_loop **loop, struct listener *listener)
{
    struct acceptor acceptor = {.result = -EAGAIN};
    int rc;

    sl_wait_init(&acceptor.wait, (*loop)->current, &listener_wait, listener);
    sl_chain_push(&listener->waiters, &acceptor.wait.link);
    listener->holders++;
    rc = sl_wait_park(loop, &acceptor.wait);
    sl_chain_remove(&listener->waiters, &acceptor.wait.link);
    if (rc < 0 && acceptor.result >= 0)
        hand_on(listener, acceptor.result);
    release(listener);
    return rc < 0 ? rc : acceptor.result;
}

static int accept_here(struct sley_loop **loop, struct listener *listener)
{
    int rc, fd;

    if (listener->loop != *loop)
        return -SLEY_EWRONGLOOP;
    rc = sl_wait_checkpoint((*loop)->current);
    if (rc < 0)
        return rc;
    fd = sl_table_pop(&listener->queue);
    if (fd < 0 && !listener->error && sl_table_closed(listener->fd) &&
        listener->op.state == SL_OP_IDLE) {
        fail(listener, -SLEY_ECLOSED);
        wake_up(listener);
        let_go(listener);
    }
    if (fd < 0 && listener->error)
        return listener->error;
    arm(listener);
    return fd < 0 ? wait_in(loop, listener) : fd;
}

/* Of many workers the calling task goes where the listener is, for the call. */
static int accept_in(struct sley_loop **loop, struct listener *listener)
{
    struct sl_pin pin;
    int rc;

    if (!listener)
        return -EBADF;
    if (!listener->loop || !(*loop)->team || listener->loop->team != (*loop)->team)
        return accept_here(loop, listener);
    *loop = sl_share_pin(*loop, listener->loop, &pin);
    rc = accept_here(loop, listener);
    *loop = sl_share_unpin(*loop, &pin);
    return rc;
}

int sley_listener_accept(sley_listener *handle)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (SL_LIKELY(loop->current != NULL))
        rc = accept_in(&loop, handle->_state);
    sl_leave(loop);
    if (rc >= 0)
        sl_socket_no_delay(rc);
    return rc;
}

int sley_listener_fd(const sley_listener *handle)
{
    const struct listener *listener = handle->_state;

    return listener ? listener->fd : -EBADF;
}

static void close_here(struct sley_loop *loop, struct listener *listener)
{
    int fd;

    if (listener->loop) {
        wake_up(listener);
        sl_link_remove(&listener->attached.attachment.link);
        fail(listener, -SLEY_ECLOSED);
    }
    while ((fd = sl_table_pop(&listener->queue)) >= 0)
        sl_descriptor_close(loop, fd);
    if (!listener->gone)
        sl_descriptor_close(loop, listener->fd);
    let_go(listener);
    release(listener);
}

static void close_arrived(struct sley_loop *loop, struct sl_inbox_item *item)
{
    close_here(loop, SL_CONTAINER(item, struct listener, closing));
}
void sley_listener_close(sley_listener *handle)
{
    struct sley_loop *loop = sl_enter();
    struct listener *listener = handle->_state;

    handle->_state = NULL;
    if (listener && listener->loop && sl_runtime_dead(listener->loop->runtime)) {
        sl_descriptor_close(loop, listener->fd); /* in a child: its own copy, and no more */
    } else if (listener && listener->loop && listener->loop->team && listener->loop != loop) {
        listener->closing.run = close_arrived;
        sl_inbox_post(listener->loop, &listener->closing);
    } else if (listener) {
        close_here(loop, listener);
    }
    if (loop)
        sl_leave(loop);
}
