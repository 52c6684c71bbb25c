/* A listener's multishot accept, and to whom it gives what it brings. */
#include "io/listener.h"

#include "io/descriptor.h"
#include "sched/share.h"

#include <sley/error.h>

#include <errno.h>
#include <sys/socket.h>

void sl_listener_release(struct sl_listener *listener)
{
    if (--listener->holders == 0)
        sl_sys.release(listener, sizeof *listener, 0);
}

void sl_listener_let_go(struct sl_listener *listener)
{
    if (!listener->held || listener->op.state != SL_OP_IDLE)
        return;
    listener->held = false;
    listener->gone = sl_table_end(listener->fd);
    if (listener->gone)
        sl_starved_freed(listener->loop);
}

/* ---- giving ---- */

/* Whoever visits takes nothing of the listener's along, and need not wait for its loop, which may
 * be busy. */
static bool give_away(struct sl_listener *listener, struct sl_acceptor *acceptor)
{
    struct sl_fiber *fiber = acceptor->wait.fiber;

    if (!sl_wait_claim(&acceptor->wait))
        return false;
    sl_chain_remove(&listener->waiters, &acceptor->wait.link);
    listener->holders--; /* not the last: somebody gives */
    acceptor->given = true;
    sl_fiber_clear(fiber, SL_FIBER_PINNED);
    sl_ready_wake(listener->loop, fiber);
    return true;
}

/* To the first whose wait it ends. */
static bool give(struct sl_listener *listener, int result)
{
    struct sl_link *link = sl_chain_first(&listener->waiters), *next;

    for (; link; link = next) {
        struct sl_wait *wait = SL_CONTAINER(link, struct sl_wait, link);
        struct sl_acceptor *acceptor = SL_CONTAINER(wait, struct sl_acceptor, wait);

        next = link->next;
        if (acceptor->given)
            continue;
        acceptor->result = result;
        if (acceptor->visits && give_away(listener, acceptor))
            return true;
        acceptor->given = !acceptor->visits && sl_wait_wake(listener->loop, wait);
        if (acceptor->given)
            return true;
        acceptor->result = -EAGAIN; /* it was cancelled, perhaps just now */
    }
    return false;
}

void sl_listener_fail(struct sl_listener *listener, int error)
{
    listener->error = error;
    while (give(listener, error))
        ;
}

void sl_listener_hand_on(struct sl_listener *listener, int fd)
{
    if (listener->error)
        sl_sys.close(fd);
    else if (!give(listener, fd))
        sl_table_unshift(&listener->queue, fd);
}

/* ---- the operation ---- */

void sl_listener_arm(struct sl_listener *listener)
{
    struct sl_ring *ring = listener->loop->ring;

    if (listener->op.state != SL_OP_IDLE || listener->starved || listener->error ||
        (listener->throttled && listener->queue.count > SL_LISTENER_MOST_KEPT / 2))
        return;
    listener->throttled = false;
    listener->holders++;
    ring->class->submit(ring, &listener->op);
}

void sl_listener_wake_up(struct sl_listener *listener)
{
    if (!listener->starved)
        return;
    listener->starved = false;
    sl_starved_end();
    sl_timer_disarm(listener->loop, &listener->timer);
}

static bool try_again(struct sl_listener *listener)
{
    if (sl_table_closed(listener->fd)) {
        sl_listener_fail(listener, -SLEY_ECLOSED);
        sl_listener_let_go(listener);
        return false;
    }
    sl_listener_arm(listener);
    return true;
}

static void due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    struct sl_listener *listener = SL_CONTAINER(timer, struct sl_listener, timer);

    (void)loop;
    listener->starved = false; /* the timer is off the wheel, and must not be disarmed from here */
    sl_starved_end();
    try_again(listener);
}

static bool freed(struct sley_loop *loop, struct sl_attached *attached)
{
    struct sl_listener *listener = SL_CONTAINER(attached, struct sl_listener, attached);
    bool starved = listener->starved;

    (void)loop;
    sl_listener_wake_up(listener);
    return starved && try_again(listener);
}

static void starve(struct sl_listener *listener)
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
static void ended(struct sl_ring *ring, struct sl_listener *listener, int result)
{
    if (listener->error) {
        ; /* that was the end */
    } else if (ring->closing || sl_table_closed(listener->fd)) {
        sl_listener_fail(listener, -SLEY_ECLOSED);
    } else if (sl_starved(result)) {
        starve(listener);
    } else if (result == -EINVAL && listener->op.multishot) {
        listener->op.multishot = 0; /* before 5.19: one by one */
        listener->op.priority = 0;
    } else if (result < 0 && !passes(result)) {
        sl_listener_fail(listener, result);
    }
    if (listener->error)
        sl_listener_let_go(listener);
    else
        sl_listener_arm(listener);
}

static void accepted(struct sl_ring *ring, struct sl_op *op)
{
    struct sl_listener *listener = SL_CONTAINER(op, struct sl_listener, op);
    int fd = op->result;

    if (fd >= 0) {
        if (listener->error || (!give(listener, fd) && !sl_table_push(&listener->queue, fd)))
            sl_sys.close(fd);
        if (listener->queue.count >= SL_LISTENER_MOST_KEPT) {
            listener->throttled = true;
            ring->class->cancel(ring, op); /* does nothing if it has ended */
        }
    }
    if (op->cqe_flags & IORING_CQE_F_MORE)
        return;
    ended(ring, listener, fd);
    sl_listener_release(listener);
}

/* What is more than to give a connection away waits for a turn of the loop's own. */
static bool keeps(const struct sl_op *op, int32_t result)
{
    struct sl_listener *listener = SL_CONTAINER(op, struct sl_listener, op);

    return result < 0 || listener->error || sl_table_closed(listener->fd);
}

/* A retry submits: another worker, which fires what a busy one does not come to, leaves it. */
void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry) = due;

void sl_listener_prepare(struct sl_listener *listener, int fd)
{
    listener->attached.freed = freed;
    listener->timer.entry.run = due;
    listener->op = (struct sl_op){.complete = accepted,
                                  .keeps = keeps,
                                  .opcode = IORING_OP_ACCEPT,
                                  .multishot = 1,
                                  .fd = fd,
                                  .flags = SOCK_CLOEXEC,
                                  .priority = IORING_ACCEPT_MULTISHOT};
}
