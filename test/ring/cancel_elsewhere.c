/* A thread asks another thread's ring to cancel what it has on a descriptor. */
#include "ring_test.h"

static struct sl_ring ring;
static int ends[2], other[2];
static struct sl_op ops[3];
static char bytes[3];
static pthread_barrier_t ready;

static void *owner(void *arg)
{
    (void)arg;
    open_ring(&ring, 8);
    for (int i = 0; i < 3; i++) {
        ops[i] = reading(i < 2 ? ends[0] : other[0], &bytes[i], 1);
        submit(&ring, &ops[i]);
    }
    pthread_barrier_wait(&ready);
    while (completions < 2)
        ring.class->turn(&ring, INT64_MAX);
    pthread_barrier_wait(&ready);
    while (completions < 3)
        ring.class->turn(&ring, INT64_MAX);
    sl_ring_close(&ring);
    return NULL;
}

TEST_PLAIN(cancel_elsewhere)
{
    pthread_t thread;

    new_pipe(ends);
    new_pipe(other);
    pthread_barrier_init(&ready, NULL, 2);
    pthread_create(&thread, NULL, owner, NULL);
    pthread_barrier_wait(&ready);
    usleep(1000);
    sl_ring_cancel_elsewhere(NULL, ends[0]);
    pthread_barrier_wait(&ready);
    assert_int_equal(ops[0].result, -ECANCELED);
    assert_int_equal(ops[1].result, -ECANCELED);
    assert_int_equal(ops[2].state, SL_OP_QUEUED);
    sl_ring_cancel_elsewhere(NULL, other[0]);
    pthread_join(thread, NULL);
    assert_int_equal(ops[2].result, -ECANCELED);
}
