/* A connect that nobody answers is cancelled, and its attempt is dissolved. */
#include "io_test.h"

TEST_FIBER(cancel_connect_pending)
{
    char address[32];
    struct sockaddr_in to = {.sin_family = AF_INET};
    /* A backlog of 0 takes one connection; the next attempts go unanswered. */
    int listener = sley_listen_tcp("127.0.0.1:0", 0), first[8], fd, state = 0;
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    int rc = 0;

    CHECK(listener >= 0);
    snprintf(address, sizeof address, "127.0.0.1:%d", sley_socket_port(listener));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((in_port_t)sley_socket_port(listener));
    for (unsigned i = 0; i < 8; i++) {
        first[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(first[i], (struct sockaddr *)&to, sizeof to);
    }
    fd = sley_socket(AF_INET, SOCK_STREAM, 0);
    SLEY_TIMEOUT(&limit, sley_ms(20))
        rc = sley_connect(fd, (struct sockaddr *)&to, sizeof to);
    CHECK_EQ(rc, -SLEY_ETIMEOUT);
    CHECK(sley_timeout_expired(&limit));
    /* Not connecting any more: the socket can listen, which one that connects cannot. */
    state = sley_listen(fd, 1);
    CHECK_EQ(state, 0);
    CHECK_IN_FLIGHT(0);
    sley_close(fd);
    sley_close(listener);
    for (unsigned i = 0; i < 8; i++)
        close(first[i]);
    return 0;
}
