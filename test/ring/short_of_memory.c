/* RLIMIT_MEMLOCK: the ring is halved, and tried again later, before it is given up. */
#include "ring_test.h"

static int (*real)(unsigned entries, struct io_uring_params *params);
static unsigned most = UINT32_MAX, tries, late;

static int short_of_memory(unsigned entries, struct io_uring_params *params)
{
    tries++;
    if (entries > most || late) {
        late -= late && entries <= 8;
        return -ENOMEM;
    }
    return real(entries, params);
}

static void check(unsigned wanted, unsigned expected)
{
    struct sl_ring ring;
    struct sl_op op = nop();

    open_ring(&ring, wanted);
    assert_int_equal(((struct uring *)ring.state)->sq_entries, expected);
    completions = 0;
    submit(&ring, &op);
    turn_until(&ring, 1);
    sl_ring_close(&ring);
}

TEST_PLAIN(short_of_memory)
{
    struct sl_ring ring;

    need_uring();
    real = sl_sys.ring_setup;
    sl_sys.ring_setup = short_of_memory;
    check(256, 256);
    most = 16;
    check(256, 16);
    check(4, 4);
    most = 8;
    check(4096, 8);
    late = 3; /* what another ring had is given back late */
    check(256, 8);
    most = 0;
    tries = 0;
    assert_int_equal(sl_ring_open(&ring, &sl_ring_uring, 64, 1), -ENOMEM);
    assert_true(tries < 16);
    assert_non_null(strstr(ring.refusal, "memory"));
}
