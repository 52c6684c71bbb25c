/* No memory, no room among the watched, no thread, no epoll_pwait2: nothing is lost. */
#include "epoll_test.h"

static struct sl_sys real;
static bool refuse;

static void *allocate(size_t bytes, unsigned arena)
{
    return refuse ? NULL : real.allocate(bytes, arena);
}

static int control(int fd, int how, int target, struct epoll_event *event)
{
    return refuse ? -ENOSPC : real.epoll_control(fd, how, target, event);
}

static int thread_create(pthread_t *thread, void *(*start)(void *), void *arg)
{
    return refuse ? -EAGAIN : real.thread_create(thread, start, arg);
}

static int wait_ns(int fd, struct epoll_event *events, int room, int64_t ns)
{
    (void)fd, (void)events, (void)room, (void)ns;
    return -ENOSYS;
}

static struct sl_op opening(const char *path)
{
    struct sl_op op = nop();

    op.opcode = IORING_OP_OPENAT;
    op.fd = AT_FDCWD;
    op.address = (uint64_t)(uintptr_t)path;
    op.flags = O_RDONLY | O_CLOEXEC;
    return op;
}

static void refused_for_a_while(struct sl_ring *ring)
{
    struct sl_op ops[4], file = opening("/dev/null");
    char bytes[4];
    int ends[2], fds[2];

    new_pipe(ends);
    new_connection(fds);
    refuse = true;
    for (int i = 0; i < 3; i++) {
        ops[i] = reading(ends[0], &bytes[i], 1);
        submit(ring, &ops[i]);
    }
    ops[3] = receiving(fds[0], &bytes[3], 1);
    ops[3].priority = IORING_RECVSEND_POLL_FIRST;
    submit(ring, &ops[3]);
    submit(ring, &file);
    completions = 0;
    turn_until(ring, 1);
    assert_int_equal(file.result, -ENOMEM); /* there is no thread, and none can be had */
    assert_int_equal(ring->in_flight, 4);
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_until(ring, 2); /* all the same, at the next millisecond */
    assert_int_equal(write(fds[1], "x", 1), 1);
    turn_until(ring, 3);
    assert_int_equal(ops[3].result, 1);
    ring->class->cancel(ring, &ops[1]);
    turn_until(ring, 4);
    refuse = false;
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_until(ring, 5);
    file = opening("/dev/null");
    submit(ring, &file);
    turn_until(ring, 6);
    assert_true(file.result >= 0);
    close(file.result);
    assert_int_equal(ring->in_flight, 0);
}

TEST_PLAIN(epoll_short_of_memory)
{
    struct sl_ring ring;
    int64_t began;

    real = sl_sys;
    sl_sys.allocate = allocate;
    sl_sys.epoll_control = control;
    sl_sys.thread_create = thread_create;
    refuse = true;
    assert_int_equal(sl_ring_open(&ring, &sl_ring_epoll, 4, 1), -ENOMEM);
    sl_sys.allocate = real.allocate;
    assert_int_equal(sl_ring_open(&ring, &sl_ring_epoll, 4, 1), -ENOSPC);
    sl_sys.allocate = allocate;
    refuse = false;
    open_epoll(&ring);
    refused_for_a_while(&ring);
    sl_ring_close(&ring);

    sl_sys.epoll_wait_ns = wait_ns;
    open_epoll(&ring);
    refused_for_a_while(&ring);
    for (int64_t ns = 1; ns < 20000000; ns = 3 * ns + 1) { /* never too short */
        began = sl_sys.clock_now();
        assert_int_equal(ring.class->turn(&ring, ns), -ETIME);
        assert_true(sl_sys.clock_now() - began >= ns);
    }
    sl_ring_close(&ring);
}
