/* An echo server in the steady state: no request for memory, and at most one enter per turn of
 * the conversation. */
#include "io_test.h"

static int fds[2];

static intptr_t echo(void *arg)
{
    char bytes[64];
    ssize_t n;

    (void)arg;
    while ((n = sley_recv(fds[0], bytes, sizeof bytes)) > 0)
        CHECK_EQ(sley_send_all(fds[0], bytes, (size_t)n), n);
    return n;
}

static intptr_t talk(int times)
{
    char byte;

    for (int i = 0; i < times; i++) {
        CHECK_EQ(sley_send_all(fds[1], "x", 1), 1);
        CHECK_EQ(sley_recv(fds[1], &byte, 1), 1);
    }
    return 0;
}

TEST_FIBER(steady_state)
{
    ONE_LOOP("how often its ring is entered");
    sley_stats before = {.size = sizeof before}, after = {.size = sizeof after};
    sley_task *task = sley_create_task(echo, NULL);

    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(talk(100), 0);
    sley_stats_get(&before);
    CHECK_EQ(talk(1000), 0);
    sley_stats_get(&after);
    CHECK_EQ(after.allocations, before.allocations);
    if (!sl_test_simulated()) {
        CHECK_EQ(after.submitted - before.submitted, 4000);
        /* Two steps each way, in lockstep: send and receive meet in the same enter. */
        if (!sl_test_epoll())
            CHECK(after.enters - before.enters <= 2010);
        /* A send, a receive that finds nothing, one that does, and a wait. */
        CHECK(after.enters - before.enters <= 8020);
    }
    CHECK_EQ(sley_close(fds[1]), 0);
    CHECK_EQ(sley_join(task), 0);
    sley_close(fds[0]);
    return 0;
}
