/* A send_all that is cut by a cancel, a deadline or a close reports what it sent, to the byte; a
 * cancel then meets the next call. */
#include "io_test.h"

#define SIZE (4u << 20)

static char text[SIZE], buffer[65536];
static ssize_t sent, next_call;
static int fds[2];

static intptr_t send_text(void *arg)
{
    (void)arg;
    sent = sley_send_all(fds[0], text, SIZE);
    next_call = sley_send_all(fds[0], "", 0);
    return 0;
}

/* What is in the socket after the sender has stopped. */
static ssize_t left(void)
{
    ssize_t total = 0, n;

    while ((n = recv(fds[1], buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
        total += n;
    return total;
}

TEST_FIBER(send_all_cut)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    sley_task *task;
    ssize_t n = 0;

    for (int i = 0; i < 20; i++) {
        CHECK_EQ(pair(fds), 0);
        task = sley_create_task(send_text, NULL);
        CHECK(task != NULL);
        sley_sleep(sley_us(200 + 50 * i));
        for (int tries = 0; tries < 5000; tries++) {
            n = recv(fds[1], buffer, 1000, MSG_DONTWAIT);
            if (n > 0)
                break;
            CHECK_EQ(sley_sleep(sley_us(100)), 0);
        }
        CHECK(n > 0);
        if (i % 2)
            sley_sleep(sley_us(100));
        sley_task_cancel(task);
        sley_join(task);
        CHECK(sent > 0 && sent < SIZE);
        CHECK_EQ(sent, n + left());
        CHECK_EQ(next_call, -ECANCELED);
        sley_close(fds[0]);
        sley_close(fds[1]);
    }

    CHECK_EQ(pair(fds), 0);
    SLEY_TIMEOUT(&limit, sley_ms(50))
        n = sley_send_all(fds[0], text, SIZE);
    CHECK(n > 0 && n < SIZE);
    CHECK_EQ(n, left());
    sley_close(fds[0]);
    sley_close(fds[1]);

    CHECK_EQ(pair(fds), 0);
    task = sley_create_task(send_text, NULL);
    CHECK(task != NULL);
    sley_sleep(sley_ms(50));
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_join(task), 0);
    CHECK(sent > 0 && sent < SIZE);
    CHECK_EQ(sent, left());
    CHECK_EQ(next_call, -EBADF);
    sley_close(fds[1]);
    return 0;
}
