/* A peer that resets, and pipes without a reader: errors, and no signal. */
#include "io_test.h"

static intptr_t receive(void *arg)
{
    char byte;

    return sley_recv(*(int *)arg, &byte, 1);
}

static int reset(int fd)
{
    struct linger hard = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    return sley_close(fd);
}

TEST_FIBER(peer_reset)
{
    char address[32], byte;
    int listener = listening(address), client, server, ends[2], fds[2];
    sley_task *task;
    ssize_t n;

    client = sley_connect_tcp(address);
    server = sley_accept(listener);
    CHECK(client >= 0 && server >= 0);
    task = sley_create_task(receive, &client);
    sley_sleep(sley_ms(1));
    CHECK_EQ(reset(server), 0); /* while a recv is in flight */
    CHECK_EQ(sley_join(task), -ECONNRESET);
    n = sley_send(client, "x", 1);
    CHECK(n == -EPIPE || n == -ECONNRESET);
    CHECK_EQ(sley_send(client, "x", 1), -EPIPE);
    CHECK_EQ(sley_recv(client, &byte, 1), 0);
    CHECK_EQ(sley_close(client), 0);

    CHECK_EQ(sley_pipe(ends), 0);
    CHECK_EQ(sley_close(ends[0]), 0);
    CHECK_EQ(sley_write(ends[1], "x", 1), -EPIPE);
    CHECK_EQ(sley_close(ends[1]), 0);

    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_write(fds[1], "x", 1), -EPIPE);
    CHECK_EQ(sley_send_all(fds[1], "x", 1), -EPIPE);
    CHECK_EQ(sley_close(fds[1]), 0);

    /* Nobody there at all. */
    CHECK_EQ(sley_close(listener), 0);
    CHECK_EQ(sley_connect_tcp(address), -ECONNREFUSED);
    return 0;
}
