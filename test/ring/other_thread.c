/* A ring belongs to the thread that opened it; another one can close it, and its own ring, whose
 * number among the registered ones is the same, goes on. */
#include "ring_test.h"

static struct sl_ring ring, left;
static struct sl_op forgotten;
static char byte;
static int ends[2];
static unsigned unknown;
static int (*real)(unsigned entries, struct io_uring_params *params);

static int setup(unsigned entries, struct io_uring_params *params)
{
    return params->flags & unknown ? -EINVAL : real(entries, params);
}

static void *opens(void *arg)
{
    struct sl_op op = nop();

    (void)arg;
    completions = 0;
    open_ring(&ring, 8);
    submit(&ring, &op);
    turn_until(&ring, 1);
    open_ring(&left, 8);
    forgotten = reading(ends[0], &byte, 1);
    submit(&left, &forgotten);
    left.class->turn(&left, 0);
    return NULL;
}

static void closes_them(void)
{
    pthread_t thread;
    struct sl_op op = nop();
    struct sl_ring own;

    new_pipe(ends);
    open_ring(&own, 8);
    pthread_create(&thread, NULL, opens, NULL);
    pthread_join(thread, NULL);
    sl_ring_close(&ring);
    sl_ring_close(&left); /* and does not wait for what cannot come */
    assert_int_equal(left.doorbell_fd, -1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    completions = 0;
    submit(&own, &op);
    turn_until(&own, 1);
    assert_int_equal(byte, 0);
    sl_ring_close(&own);
}

TEST_PLAIN(other_thread)
{
    real = sl_sys.ring_setup;
    sl_sys.ring_setup = setup;
    closes_them();
    /* A kernel that does not keep others out by itself. */
    unknown = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    closes_them();
}
