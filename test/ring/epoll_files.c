/* Files are the affair of threads: in full and at the right place; a cancel takes back what none
 * has begun; a ring that is closed by another thread does not wait for what nobody will do. */
#include "epoll_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MANY 200

static struct sl_op ops[MANY];
static char text[MANY][16];
static int file;

static struct sl_op writing(int i)
{
    struct sl_op op = reading(file, text[i], sizeof text[i]);

    op.opcode = IORING_OP_WRITE;
    op.offset = (uint64_t)i * sizeof text[i];
    memset(text[i], (int)(i % 256), sizeof text[i]);
    return op;
}

static int (*real_create)(pthread_t *thread, void *(*start)(void *), void *arg);
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static void *(*begin)(void *);

static void *begin_late(void *arg)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return begin(arg);
}

static int create_late(pthread_t *thread, void *(*start)(void *), void *arg)
{
    begin = start;
    return real_create(thread, begin_late, arg);
}

/* No thread begins before the gate opens. */
static void cancels(void)
{
    struct sl_ring ring;

    real_create = sl_sys.thread_create;
    sl_sys.thread_create = create_late;
    pthread_mutex_lock(&gate);
    open_epoll(&ring);
    completions = 0;
    for (int i = 0; i < MANY; i++) {
        ops[i] = nop();
        ops[i].opcode = IORING_OP_FSYNC;
        ops[i].fd = i < MANY / 2 ? file : AT_FDCWD; /* the second half's are wrong */
        submit(&ring, &ops[i]);
    }
    ring.class->turn(&ring, 0);
    assert_int_equal(completions, 0);
    ring.class->cancel(&ring, &ops[7]);
    assert_int_equal(completions, 0);
    turn_until(&ring, 1);
    assert_int_equal(ops[7].result, -ECANCELED);
    ring.class->cancel_fd(&ring, file);
    turn_until(&ring, MANY / 2);
    pthread_mutex_unlock(&gate);
    turn_until(&ring, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(ops[i].result, i < MANY / 2 ? -ECANCELED : -EBADF);
    sl_ring_close(&ring);
    sl_sys.thread_create = real_create;
}

/* Who opens a file on which somebody has a lease waits until that has ended, unless it is told not
 * to. */
static void opens_leased(const char *name)
{
    struct sl_op op = nop();
    struct sl_ring ring;

    signal(SIGIO, SIG_IGN);
    file = open(name, O_RDWR | O_CREAT, 0600);
    open_epoll(&ring);
    op.opcode = IORING_OP_OPENAT;
    op.fd = AT_FDCWD;
    op.address = (uint64_t)(uintptr_t)name;
    op.flags = O_WRONLY | O_NONBLOCK;
    if (fcntl(file, F_SETLEASE, F_WRLCK) == 0) { /* there are file systems without */
        assert_int_equal(result_of(&ring, &op), -EAGAIN);
        op.flags = O_WRONLY;
        completions = 0;
        submit(&ring, &op);
        for (int i = 0; i < 5; i++)
            ring.class->turn(&ring, 2000000);
        assert_int_equal(completions, 0);
        assert_int_equal(fcntl(file, F_SETLEASE, F_UNLCK), 0);
        turn_until(&ring, 1);
        assert_true(op.result >= 0);
        close(op.result);
    }
    close(file);
    unlink(name);
    sl_ring_close(&ring);
}

static void *leaves_it(void *arg)
{
    struct sl_ring *ring = arg;

    open_epoll(ring);
    for (int i = 0; i < MANY; i++) {
        ops[i] = writing(i);
        submit(ring, &ops[i]);
    }
    ring->class->turn(ring, 0);
    return NULL;
}

TEST_PLAIN(epoll_files)
{
    char name[] = "/tmp/sley-files-XXXXXX", all[MANY * 16 + 16];
    struct sl_ring ring, left;
    pthread_t thread;
    struct sl_op op;

    file = mkstemp(name);
    assert_true(file >= 0);
    unlink(name);
    open_epoll(&ring);
    completions = 0;
    for (int i = 0; i < MANY; i++) {
        ops[i] = writing(i);
        submit(&ring, &ops[i]);
    }
    turn_until(&ring, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(ops[i].result, sizeof text[i]);
    op = reading(file, all, sizeof all);
    op.offset = 0;
    assert_int_equal(result_of(&ring, &op), MANY * 16); /* in full, up to the end */
    assert_memory_equal(all, text, MANY * 16);
    op.offset = UINT64_MAX; /* where the file stands: at its beginning */
    op.length = 16;
    assert_int_equal(result_of(&ring, &op), 16);
    assert_int_equal(result_of(&ring, &op), 16);
    assert_memory_equal(all, text[1], 16);
    op = nop(); /* which cannot be waited for, and will never be so: io_uring says so, too */
    op.opcode = IORING_OP_POLL_ADD;
    op.fd = file;
    op.flags = POLLPRI;
    assert_int_equal(result_of(&ring, &op), -EINVAL);
    sl_ring_close(&ring);
    cancels();

    pthread_create(&thread, NULL, leaves_it, &left);
    pthread_join(thread, NULL);
    sl_ring_close(&left);
    assert_int_equal(left.doorbell_fd, -1);
    close(file);
    opens_leased(name);
}
