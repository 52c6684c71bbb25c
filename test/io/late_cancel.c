/* A cancel that comes too late: the call reports what it did, and the cancel meets the next one. */
#include "io_test.h"

static int fds[2];
static ssize_t first, second;

static intptr_t receive_twice(void *arg)
{
    char byte;

    (void)arg;
    first = sley_recv(fds[0], &byte, 1);
    second = sley_recv(fds[0], &byte, 1);
    return second;
}

TEST_FIBER(late_cancel)
{
    ONE_LOOP(ITS_ORDER);
    long late = 0, early = 0;
    char byte;

    CHECK_EQ(pair(fds), 0);
    for (int i = 0; i < 300; i++) {
        sley_task *task = sley_create_task(receive_twice, NULL);
        intptr_t rc;

        first = second = 0;
        yields(1);
        if (i % 3)
            sley_sleep(sley_us(20));
        CHECK_EQ(send(fds[1], "x", 1, 0), 1);
        if (i % 2)
            pause_somehow();
        CHECK(sley_task_cancel(task));
        rc = sley_join(task);
        CHECK_EQ(rc, first == 1 ? -ECANCELED : 1);
        if (first == 1) {
            late++;
            CHECK_EQ(second, -ECANCELED);
        } else {
            /* An ignored edge is gone: the second call took the byte. */
            early++;
            CHECK_EQ(first, -ECANCELED);
            CHECK_EQ(second, 1);
        }
        CHECK_EQ(recv(fds[0], &byte, 1, MSG_DONTWAIT), -1);
    }
    EXPECT(late > 0);
    return 0;
}
