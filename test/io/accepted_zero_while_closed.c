/* A descriptor that was accepted is handed out even if the listener was closed before the task ran,
 * and even if its number is 0. */
#include "io_test.h"

static int listener, fds[2];

static intptr_t accept_one(void *arg)
{
    (void)arg;
    return sley_accept(listener);
}

/* Completes in the same turn, before the accept: runs before the task that accepts. */
static intptr_t close_it(void *arg)
{
    char byte;

    (void)arg;
    CHECK_EQ(sley_recv(fds[0], &byte, 1), 1);
    return sley_close(listener);
}

TEST_FIBER(accepted_zero_while_closed)
{
    ONE_LOOP(ITS_ORDER);
    char address[32];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    sley_task *closer, *accepter;
    int client, rc;

    CHECK_EQ(pair(fds), 0);
    listener = listening(address);
    CHECK(listener >= 0);
    to.sin_port = htons((in_port_t)sley_socket_port(listener));
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(client >= 0);
    closer = sley_create_task(close_it, NULL);
    accepter = sley_create_task(accept_one, NULL);
    sley_sleep(sley_ms(2));
    close(0);
    CHECK_EQ(write(fds[1], "x", 1), 1);
    CHECK(connect(client, (struct sockaddr *)&to, sizeof to) == 0 || errno == EINTR); /* goes on */
    CHECK_EQ(sley_join(closer), 0);
    rc = (int)sley_join(accepter);
    if (!sl_test_simulated() && !sl_test_epoll()) /* who may complete the two in different turns */
        CHECK_EQ(rc, 0);
    CHECK(rc == 0 || rc == -SLEY_ECLOSED);
    if (rc == 0)
        sley_close(rc);
    close(client);
    close(fds[0]);
    close(fds[1]);
    return 0;
}
