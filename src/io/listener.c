/* sley_listener: one multishot accept in the ring, and a queue of connections nobody has asked for.
 *
 * The record is counted by who may still touch it: the handle, the operation in flight, each task
 * that waits. Close takes the handle away, and whoever is last frees the record: nothing in flight
 * ever points to freed memory, and close need not wait. Like a reader it counts as an operation on
 * its descriptor from open to its last operation. */
#include "io/listener.h"

#include "io/descriptor.h"
#include "io/socket.h"
#include "sched/share.h"

#include <sley/error.h>
#include <sley/listener.h>
#include <sley/socket.h>

#include <errno.h>

static int descriptor(const struct sl_wait *wait)
{
    const struct sl_listener *listener = wait->object;

    return listener->fd;
}

static const struct sl_wait_class listener_wait = {.reason = "accept", .descriptor = descriptor};

static void detach(struct sl_ring *ring, struct sl_attachment *attachment)
{
    struct sl_listener *listener =
        SL_CONTAINER(attachment, struct sl_listener, attached.attachment);

    (void)ring;
    sl_listener_wake_up(listener);
    sl_link_remove(&attachment->link);
    sl_listener_fail(listener, -SLEY_ECLOSED);
    listener->loop = NULL;
    sl_listener_let_go(listener);
}

static int open_in(struct sley_loop *loop, struct sl_ring *ring, sley_listener *handle, int fd)
{
    struct sl_listener *listener = sl_sys_allocate_zeroed(sizeof *listener, 0);
    int rc;

    if (!listener)
        return -ENOMEM;
    rc = sl_table_begin(fd, ring->id);
    if (rc < 0) {
        sl_sys.release(listener, sizeof *listener, 0);
        return rc;
    }
    *listener = (struct sl_listener){
        .attached = {.attachment = {.detach = detach}},
        .loop = loop,
        .queue = {.first = -1, .last = -1},
        .holders = 1,
        .fd = fd,
        .held = true,
    };
    sl_listener_prepare(listener, fd);
    sl_attach(ring, &listener->attached);
    sl_listener_arm(listener);
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

static int wait_in(struct sley_loop **loop, struct sl_listener *listener, bool *visits)
{
    struct sl_acceptor acceptor = {.result = -EAGAIN, .visits = *visits};
    int rc;

    sl_wait_init(&acceptor.wait, (*loop)->current, &listener_wait, listener);
    sl_chain_push(&listener->waiters, &acceptor.wait.link);
    listener->holders++;
    rc = sl_wait_park(loop, &acceptor.wait);
    if (acceptor.visits && acceptor.given) {
        *visits = false;
        return acceptor.result;
    }
    sl_chain_remove(&listener->waiters, &acceptor.wait.link);
    if (rc < 0 && acceptor.result >= 0)
        sl_listener_hand_on(listener, acceptor.result);
    sl_listener_release(listener);
    return rc < 0 ? rc : acceptor.result;
}

static int accept_here(struct sley_loop **loop, struct sl_listener *listener, bool *visits)
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
        sl_listener_fail(listener, -SLEY_ECLOSED);
        sl_listener_wake_up(listener);
        sl_listener_let_go(listener);
    }
    if (fd < 0 && listener->error)
        return listener->error;
    sl_listener_arm(listener);
    return fd < 0 ? wait_in(loop, listener, visits) : fd;
}

/* Of many workers the calling task goes where the listener is, for the call. */
static int accept_in(struct sley_loop **loop, struct sl_listener *listener)
{
    struct sl_pin pin;
    bool visits = false;
    int rc;

    if (!listener)
        return -EBADF;
    if (!listener->loop || !(*loop)->team || listener->loop->team != (*loop)->team)
        return accept_here(loop, listener, &visits);
    *loop = sl_share_pin(*loop, listener->loop, &pin);
    visits = !pin.pinned;
    rc = accept_here(loop, listener, &visits);
    if (visits || pin.pinned)
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
    const struct sl_listener *listener = handle->_state;

    return listener ? listener->fd : -EBADF;
}

static void close_here(struct sley_loop *loop, struct sl_listener *listener)
{
    int fd;

    if (listener->loop) {
        sl_listener_wake_up(listener);
        sl_link_remove(&listener->attached.attachment.link);
        sl_listener_fail(listener, -SLEY_ECLOSED);
    }
    while ((fd = sl_table_pop(&listener->queue)) >= 0)
        sl_descriptor_close(loop, fd);
    if (!listener->gone)
        sl_descriptor_close(loop, listener->fd);
    sl_listener_let_go(listener);
    sl_listener_release(listener);
}

static void close_arrived(struct sley_loop *loop, struct sl_inbox_item *item)
{
    close_here(loop, SL_CONTAINER(item, struct sl_listener, closing));
}
void sley_listener_close(sley_listener *handle)
{
    struct sley_loop *loop = sl_enter();
    struct sl_listener *listener = handle->_state;

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
