/* The ring of io_uring: enter, reap, the turn. What goes in: uring_submit.c. Opening and closing:
 * uring_open.c. An owner that does not come: uring_amid.c. */
#include "ring/uring.h"

#include "os/plain.h"
#include "os/sys.h"

#include <errno.h>
#include <signal.h>
#include <sley/error.h>
#include <stdio.h>
#include <stdlib.h>

int sl_uring_enter(struct sl_ring *ring, unsigned complete, unsigned flags, int64_t wait_ns)
{
    struct uring *uring = ring->state;
    struct __kernel_timespec timeout = {wait_ns / 1000000000, wait_ns % 1000000000};
    struct io_uring_getevents_arg arg = {.sigmask_sz = _NSIG / 8,
                                         .ts = (uint64_t)(uintptr_t)&timeout};
    bool timed = complete && wait_ns != INT64_MAX;

    /* What the entries say must be there before the kernel sees the tail: pairs with its acquire
     * in io_uring_enter. */
    sl_shared_store_release(uring->sq_tail, uring->tail);
    ring->enters++;
    return sl_sys.ring_enter(uring->enter_fd, sl_uring_unsubmitted(uring), complete,
                             flags | uring->enter_flags | (timed ? IORING_ENTER_EXT_ARG : 0),
                             timed ? &arg : NULL, timed ? sizeof arg : _NSIG / 8);
}

SL_INLINE bool overflown(const struct uring *uring)
{
    return sl_shared_load_relaxed(uring->sq_flags) & IORING_SQ_CQ_OVERFLOW;
}

static bool pending(struct sl_ring *ring)
{
    const struct uring *uring = ring->state;

    return sl_uring_waits(ring) || uring->kept_count || !sl_list_empty(&ring->backlog) ||
           !sl_list_empty(&ring->ended) || !sl_list_empty(&uring->wanted) ||
           uring->wanted_fd != WANTED_NONE;
}

/* What turns amid the program's code have left. */
static SL_NOINLINE unsigned deliver_kept(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    unsigned n = uring->kept_count;

    for (unsigned i = 0; i < n; i++)
        sl_uring_deliver(ring, uring->kept[i].op, &uring->kept[i].cqe);
    uring->kept_count = 0; /* a completion does not turn the ring */
    return n;
}

static unsigned reap(struct sl_ring *ring)
{
    struct uring *uring = ring->state;
    unsigned head = *uring->cq_head, n = 0;
    /* The entries below the tail are written: pairs with the kernel's release of the tail. */
    unsigned tail = sl_shared_load_acquire(uring->cq_tail);

    if (SL_UNLIKELY(uring->kept_count))
        n = deliver_kept(ring);
    while (head != tail) {
        struct io_uring_cqe cqe = uring->cqes[head & uring->cq_mask];

        /* The entry has been read and may be written again: pairs with the kernel's acquire of
         * the head. At once, for a completion may submit, which may enter. */
        sl_shared_store_release(uring->cq_head, ++head);
        if (cqe.user_data == USER_DATA_NONE)
            continue;
        sl_uring_deliver(ring, sl_uring_op_of(&cqe), &cqe);
        n++;
    }
    return n;
}

/* What is in flight will never end, and uses the program's memory: nothing can go on. */
static _Noreturn void refused(int rc)
{
    fprintf(stderr, "sley: io_uring_enter: %s, though the ring was made: has the process installed "
                    "a seccomp filter? Operations in flight cannot be ended\n", sley_strerror(rc));
    abort();
}

/* Enter has failed. The entries are still there, and the next turn tries again. */
static int failed(struct sl_ring *ring, int rc)
{
    switch (rc) {
    case -ETIME:
    case -EINTR:
        return rc;
    case -EBUSY: /* too many completions wait: reaping helps */
        return 0;
    case -EAGAIN:
    case -ENOMEM:
        /* The kernel has no memory for requests. Something else must happen first; to ask again
         * without a pause would burn the processor on which it could. */
        sl_uring_enter(ring, 0, IORING_ENTER_GETEVENTS, 0);
        sl_plain_sleep(1000000);
        return 0;
    default:
        refused(rc);
    }
}

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    struct uring *uring = ring->state;
    unsigned reaped = 0;
    int rc = 0;

    if (SL_UNLIKELY(!sl_list_empty(&ring->ended)))
        reaped = sl_ring_deliver_ended(ring, false);
    if (SL_UNLIKELY(!sl_list_empty(&ring->backlog)) || SL_UNLIKELY(uring->wanted.head.next !=
        &uring->wanted.head) || SL_UNLIKELY(uring->wanted_fd != WANTED_NONE))
        sl_uring_refill(ring);
    if (SL_UNLIKELY(!sl_list_empty(&uring->asked)))
        wait_ns = sl_uring_ask_again(ring, wait_ns);
    if (sl_uring_reapable(uring) || reaped || SL_UNLIKELY(uring->kept_count))
        wait_ns = 0;
    if (!wait_ns && !sl_uring_unsubmitted(uring) && !sl_uring_has_more(uring)) {
        reap(ring);
        return 0;
    }
    for (unsigned more, again = 0; again < 64; again++) {
        rc = sl_uring_enter(ring, wait_ns > 0, IORING_ENTER_GETEVENTS, wait_ns);
        wait_ns = 0;
        more = reap(ring);
        reaped += more;
        if (SL_UNLIKELY(rc < 0)) {
            rc = failed(ring, rc);
            break;
        }
        rc = 0;
        /* The kernel runs at most 20 (twice 20 after a submission) deferred items a call. If it ran
         * fewer, what it has now came later: that is the next pass's, with its own enter. */
        if (!sl_uring_has_more(uring) ||
            (!ring->thorough && (reaped >= SL_RING_ENOUGH ||
                                 (more < SL_URING_ITEMS && !overflown(uring)))))
            break;
    }
    return reaped ? 0 : rc;
}

const struct sl_ring_class sl_ring_uring = {
    .name = "io_uring",
    .open = sl_uring_open,
    .close = sl_uring_close,
    .forked = sl_uring_forked,
    .submit = sl_uring_submit,
    .cancel = sl_uring_cancel,
    .cancel_fd = sl_uring_cancel_fd,
    .cancel_all = sl_uring_cancel_all,
    .pending = pending,
    .turn = turn,
    .waits = sl_uring_waits,
    .turn_amid = sl_uring_turn_amid,
    .alarm = sl_uring_alarm,
    .alarm_new = sl_uring_alarm_new,
    .alarm_heard = sl_uring_alarm_heard,
};
