/* What the tests of the ring share: a ring of the kind that the suite runs on, counted
 * operations. */
#ifndef SL_TEST_RING_TEST_H
#define SL_TEST_RING_TEST_H

#include "check.h"

#include "os/sys.h"
#include "ring/kernel.h"
#include "ring/ring.h"
#include "ring/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned completions;

static inline void count_completion(struct sl_ring *ring, struct sl_op *op)
{
    (void)ring, (void)op;
    completions++;
}

static inline const struct sl_ring_class *ring_class(void)
{
    return sl_test_simulated() ? &sl_ring_simulated
           : sl_test_epoll()   ? &sl_ring_epoll : &sl_ring_uring;
}

static inline void open_ring(struct sl_ring *ring, unsigned entries)
{
    assert_int_equal(sl_ring_open(ring, ring_class(), entries, 1), 0);
}

static inline void need_uring(void)
{
    if (sl_test_simulated() || sl_test_epoll())
        SKIP("about io_uring itself");
}

static inline struct sl_op nop(void)
{
    return (struct sl_op){.complete = count_completion, .opcode = IORING_OP_NOP, .fd = -1};
}

static inline struct sl_op reading(int fd, void *buffer, unsigned size)
{
    return (struct sl_op){.complete = count_completion,
                          .opcode = IORING_OP_READ,
                          .fd = fd,
                          .address = (uint64_t)(uintptr_t)buffer,
                          .length = size,
                          .offset = UINT64_MAX};
}

static inline void submit(struct sl_ring *ring, struct sl_op *op)
{
    ring->class->submit(ring, op);
}

/* Turns until `wanted` operations have completed, for 5 s at most. */
static inline void turn_until(struct sl_ring *ring, unsigned wanted)
{
    for (int i = 0; completions < wanted && i < 5000; i++)
        ring->class->turn(ring, 1000000);
    assert_int_equal(completions, wanted);
}

/* A new pipe's ends, which stay open. */
static inline void new_pipe(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

#endif
