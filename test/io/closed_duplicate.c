/* Two numbers of one file: closing one does not end what waits on the other. */
#include "io_test.h"

static int fds[2], copy;

static intptr_t receive(void *arg)
{
    char byte;

    return sley_recv(*(int *)arg, &byte, 1);
}

TEST_FIBER(closed_duplicate)
{
    ONE_LOOP("a socket in use at another worker is shut down, its duplicates too");
    sley_task *a, *b;

    CHECK_EQ(pair(fds), 0);
    copy = dup(fds[0]);
    a = sley_create_task(receive, &fds[0]);
    b = sley_create_task(receive, &copy);
    sley_sleep(sley_ms(1));
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_join(a), -SLEY_ECLOSED);
    sley_sleep(sley_ms(1));
    CHECK_IN_FLIGHT(1);
    CHECK_EQ(sley_send(fds[1], "x", 1), 1);
    CHECK_EQ(sley_join(b), 1);
    sley_close(copy);
    sley_close(fds[1]);
    return 0;
}
