/* The floor of a wake: a thread that sleeps in its ring, and one that rings.
 *
 *     floor-wake eventfd|msg_ring [--apart] [COUNT]     prints the latencies
 *
 * eventfd: a poll that stays armed in the ring, and a write. msg_ring: an entry posted from a
 * ring of the waker's own. */
#include "waker.h"

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>

enum { COUNT_MAX = 1000000 };

static struct waker waker;
static struct io_uring sleeper, sender;
static int event;
static int64_t late[COUNT_MAX];

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "floor-wake: %s failed\n", what);
        exit(1);
    }
}

static void ring_eventfd(void *target)
{
    (void)target;
    require(eventfd_write(event, 1) == 0, "write");
}

static void open_sender(void)
{
    require(io_uring_queue_init(8, &sender, IORING_SETUP_SINGLE_ISSUER) == 0, "io_uring_setup");
}

static void ring_message(void *target)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&sender);
    (void)target;
    io_uring_prep_msg_ring(sqe, sleeper.ring_fd, 0, 1, 0);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    require(io_uring_submit(&sender) == 1, "msg_ring");
}

static void arm_poll(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&sleeper);
    require((event = eventfd(0, EFD_CLOEXEC)) >= 0, "eventfd");
    io_uring_prep_poll_multishot(sqe, event, POLLIN);
    require(io_uring_submit(&sleeper) == 1, "poll");
}

static void sleep_once(int64_t *ns)
{
    struct io_uring_cqe *cqe;
    atomic_store(&waker.target, &waker);
    require(io_uring_wait_cqe(&sleeper, &cqe) == 0 && cqe->res >= 0, "io_uring_enter");
    *ns = clock_now_ns() - atomic_load(&waker.rang);
    require(event == 0 || (cqe->flags & IORING_CQE_F_MORE), "the armed poll");
    io_uring_cqe_seen(&sleeper, cqe);
}

int main(int argc, char **argv)
{
    bool message = argc > 1 && strcmp(argv[1], "msg_ring") == 0;
    waker.apart = argc > 2 && strcmp(argv[2], "--apart") == 0;
    long count = argc > 2 + waker.apart ? atol(argv[2 + waker.apart]) : 5000;
    if (argc < 2 || count < 1 || count > COUNT_MAX)
        return 2;
    waker.ring = message ? ring_message : ring_eventfd;
    waker.begin = message ? open_sender : NULL;
    require(io_uring_queue_init(8, &sleeper, IORING_SETUP_SINGLE_ISSUER
                                | IORING_SETUP_DEFER_TASKRUN) == 0, "io_uring_setup");
    if (!message)
        arm_poll();
    waker_start(&waker);
    for (long i = 0; i < count; i++)
        sleep_once(&late[i]);
    waker_join(&waker);
    print_latencies(late, count);
    return 0;
}
