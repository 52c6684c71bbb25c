/* sley_poll: what holds, when it holds; a cancel ends it. */
#include "io_test.h"

static void write_later(void *arg)
{
    ssize_t n = write(*(int *)arg, "x", 1);

    (void)n;
}

TEST_FIBER(polls)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    int fds[2], rc = 0;

    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(sley_poll(fds[0], POLLOUT), POLLOUT);
    CHECK(sley_handle_valid(sley_call_later(sley_ms(2), write_later, &fds[1])));
    CHECK_EQ(sley_poll(fds[0], POLLIN), POLLIN);
    CHECK_EQ(sley_poll(fds[0], POLLIN | POLLOUT), POLLIN | POLLOUT);
    SLEY_TIMEOUT(&limit, sley_ms(5))
        rc = sley_poll(fds[1], POLLIN);
    CHECK_EQ(rc, -SLEY_ETIMEOUT);
    CHECK_EQ(sley_close(fds[1]), 0);
    CHECK(sley_poll(fds[0], POLLIN) & POLLHUP);
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_poll(fds[0], POLLIN), -EBADF);
    CHECK_EQ(sley_poll(-1, POLLIN), -EBADF);
    return 0;
}
