/* 300 tasks with an operation each in a ring of 4 entries, several times over. */
#include "io_test.h"

#define TASKS 300

static int fds[TASKS][2];

static intptr_t echo(void *arg)
{
    int *ends = arg;
    char bytes[8];
    ssize_t n;

    while ((n = sley_recv(ends[0], bytes, sizeof bytes)) > 0)
        CHECK_EQ(sley_send_all(ends[0], bytes, (size_t)n), n);
    return n;
}

TEST_FIBER_WITH(tiny_ring, .ring_entries = 4)
{
    sley_task *tasks[TASKS];

    for (int i = 0; i < TASKS; i++) {
        CHECK_EQ(pair(fds[i]), 0);
        CHECK((tasks[i] = sley_create_task(echo, fds[i])) != NULL);
    }
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < TASKS; i++)
            CHECK_EQ(send(fds[i][1], "abc", 3, 0), 3);
        for (int i = 0; i < TASKS; i++) {
            char bytes[4];

            for (ssize_t n, total = 0; total < 3; total += n)
                CHECK((n = sley_recv(fds[i][1], bytes, (size_t)(3 - total))) > 0);
        }
    }
    for (int i = 0; i < TASKS; i += 2)
        CHECK(sley_task_cancel(tasks[i]));
    for (int i = 1; i < TASKS; i += 2)
        CHECK_EQ(sley_close(fds[i][1]), 0);
    for (int i = 0; i < TASKS; i++) {
        CHECK_EQ(sley_join(tasks[i]), i % 2 ? 0 : -ECANCELED);
        sley_close(fds[i][0]);
    }
    CHECK_IN_FLIGHT(0);
    return 0;
}
