/* Descriptors that do not block wait in the ring all the same. */
#include "io_test.h"

static int fds[2];

static void write_later(void *arg)
{
    ssize_t n = write(*(int *)arg, "x", 1);

    (void)n;
}

static intptr_t waits(int from, int to, ssize_t (*receive)(int, void *, size_t))
{
    char bytes[8] = "";

    fcntl(from, F_SETFL, O_NONBLOCK);
    fcntl(to, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 3; i++) { /* each but the first knows that there was nothing left */
        CHECK(sley_handle_valid(sley_call_later(sley_ms(2), write_later, &to)));
        CHECK_EQ(receive(from, bytes, sizeof bytes), 1);
        CHECK_EQ(bytes[0], 'x');
    }
    sley_close(from);
    sley_close(to);
    return 0;
}

TEST_FIBER(nonblocking)
{
    ONE_LOOP("only the kernel orders its writes before its close");
    char address[32];
    int listener;

    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(waits(fds[0], fds[1], sley_recv), 0);
    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(waits(fds[0], fds[1], sley_read), 0);
    CHECK_EQ(sley_pipe(fds), 0);
    CHECK_EQ(waits(fds[0], fds[1], sley_read), 0);
    listener = listening(address);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)sley_socket_port(listener)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_EQ(sley_connect(fds[0], (struct sockaddr *)&to, sizeof to), 0);
    fds[1] = sley_accept(listener);
    CHECK(fds[1] >= 0);
    CHECK_EQ(waits(fds[0], fds[1], sley_recv), 0);
    sley_close(listener);
    return 0;
}
