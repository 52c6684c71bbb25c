/* A turn amid the program's code: does what can be done without memory and threads, and keeps what
 * its operation wants kept, in order, also when it is cancelled meanwhile; the alarm. */
#include "epoll_test.h"

#include "os/plain.h"

static struct sl_ring ring;
static struct sl_sys real;
static bool amid;
static int results[8], count;

static void *allocate(size_t bytes, unsigned arena)
{
    assert_false(amid);
    return real.allocate(bytes, arena);
}

static int thread_create(pthread_t *thread, void *(*start)(void *), void *arg)
{
    assert_false(amid);
    return real.thread_create(thread, start, arg);
}

static bool always(const struct sl_op *op, int32_t result)
{
    (void)op, (void)result;
    return true;
}

static void remember(struct sl_ring *of, struct sl_op *op)
{
    (void)of;
    results[count++] = op->result;
    completions++;
}

static void turn_amid(void)
{
    amid = true;
    ring.class->turn_amid(&ring);
    amid = false;
}

static struct sockaddr_in at = {.sin_family = AF_INET};

static int new_listener(void)
{
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = 0;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    return fd;
}

static struct sl_op accepting(int fd)
{
    struct sl_op op = nop();

    op.complete = remember;
    op.keeps = always;
    op.opcode = IORING_OP_ACCEPT;
    op.multishot = 1;
    op.fd = fd;
    return op;
}

/* Three connections: one is kept, and the cancel that comes then ends it before the next. */
static void kept_and_cancelled(bool by_fd)
{
    int fd = new_listener();
    struct sl_op op = accepting(fd);

    completions = 0;
    count = 0;
    submit(&ring, &op);
    ring.class->turn(&ring, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&at,
                                 sizeof at), 0);
    turn_amid();
    turn_amid();
    assert_int_equal(count, 0);
    assert_true(ring.class->pending(&ring));
    if (by_fd)
        ring.class->cancel_fd(&ring, fd);
    else
        ring.class->cancel(&ring, &op);
    assert_int_equal(count, 0);
    turn_until(&ring, 2);
    assert_true(results[0] >= 0);
    assert_int_equal(results[1], -ECANCELED);
    assert_int_equal(op.state, SL_OP_IDLE);
    sl_number_renew(fd);
    close(fd);
}

static void without_memory(void)
{
    struct sl_op far, near, file = nop();
    int ends[2], fd;
    char bytes[2];

    new_pipe(ends);
    fd = fcntl(ends[0], F_DUPFD_CLOEXEC, 700); /* nothing is remembered of such numbers yet */
    assert_true(fd >= 700);
    near = reading(ends[0], &bytes[0], 1);
    far = reading(fd, &bytes[1], 1);
    file.opcode = IORING_OP_FSYNC;
    file.fd = 0;
    completions = 0;
    submit(&ring, &far);
    submit(&ring, &near);
    submit(&ring, &file);
    turn_amid();
    assert_int_equal(completions, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_amid();
    assert_int_equal(completions, 1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_until(&ring, 3);
}

/* Rings once for what comes, and for nothing while it is off. */
static bool rings(int alarm)
{
    struct pollfd poll = {.fd = alarm, .events = POLLIN};
    bool rung = sl_plain_poll(&poll, 1, 0) == 1;

    ring.class->alarm_heard(alarm);
    assert_int_equal(sl_plain_poll(&poll, 1, 0), 0);
    return rung;
}

static void alarms(void)
{
    struct sl_op op;
    int ends[2];
    char byte;

    new_pipe(ends);
    op = reading(ends[0], &byte, 1);
    ring.alarm_fd = ring.class->alarm_new();
    completions = 0;
    submit(&ring, &op);
    do /* a thread's bell may ring after what it rang for was seen */
        ring.class->turn(&ring, 0);
    while (ring.class->waits(&ring));
    assert_true(ring.class->alarm(&ring, true));
    assert_true(ring.class->alarm(&ring, true));
    assert_false(rings(ring.alarm_fd));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(ring.class->waits(&ring));
    assert_true(rings(ring.alarm_fd));
    turn_amid();
    assert_int_equal(completions, 1);
    assert_false(ring.class->alarm(&ring, false));
    submit(&ring, &op);
    ring.class->turn(&ring, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_false(rings(ring.alarm_fd));
    turn_until(&ring, 2);
}

TEST_PLAIN(epoll_amid)
{
    real = sl_sys;
    sl_sys.allocate = allocate;
    sl_sys.thread_create = thread_create;
    open_epoll(&ring);
    kept_and_cancelled(false);
    kept_and_cancelled(true);
    without_memory();
    alarms();
    sl_ring_close(&ring);
}
