/* The simulated ring: the same accidents for the same seed, others for another; no byte is lost. */
#include "ring_test.h"

#define MANY 64

static struct sl_op ops[MANY];
static int order[MANY];
static char text[4096];
static int shorter;

static void remember(struct sl_ring *ring, struct sl_op *op)
{
    (void)ring;
    order[completions++] = (int)(op - ops);
}

static void run(uint64_t seed, int result[MANY])
{
    struct sl_ring ring;

    assert_int_equal(sl_ring_open(&ring, &sl_ring_simulated, 4, seed), 0);
    completions = 0;
    for (int i = 0; i < MANY; i++) {
        ops[i] = nop();
        ops[i].complete = remember;
        submit(&ring, &ops[i]);
    }
    turn_until(&ring, MANY);
    memcpy(result, order, sizeof order);
    sl_ring_close(&ring);
}

/* Sends and receives `text` in whatever pieces the ring makes of it. */
static void transfer(uint64_t seed)
{
    struct sl_ring ring;
    struct sl_op out, in;
    char copy[sizeof text];
    int fds[2];
    size_t sent = 0, received = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(sl_ring_open(&ring, &sl_ring_simulated, 4, seed), 0);
    out = in = nop();
    while (received < sizeof text) {
        if (out.state == SL_OP_IDLE && sent < sizeof text) {
            out = reading(fds[0], text + sent, (unsigned)(sizeof text - sent));
            out.opcode = IORING_OP_SEND;
            submit(&ring, &out);
        }
        if (in.state == SL_OP_IDLE) {
            in = reading(fds[1], copy + received, (unsigned)(sizeof text - received));
            in.opcode = IORING_OP_RECV;
            submit(&ring, &in);
        }
        ring.class->turn(&ring, 1000000);
        if (out.state == SL_OP_IDLE && out.opcode == IORING_OP_SEND && out.result > 0) {
            shorter += out.result < (int)(sizeof text - sent);
            sent += (size_t)out.result;
            out.result = 0;
        }
        if (in.state == SL_OP_IDLE && in.result > 0) {
            received += (size_t)in.result;
            in.result = 0;
        }
    }
    assert_memory_equal(text, copy, sizeof text);
    sl_ring_close(&ring);
    close(fds[0]);
    close(fds[1]);
}

TEST_PLAIN(simulated_by_seed)
{
    int first[MANY], again[MANY], other[MANY];

    run(1, first);
    run(1, again);
    run(2, other);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 251);
    for (uint64_t seed = 1; seed < 50; seed++)
        transfer(seed);
    assert_true(shorter > 0);
}
