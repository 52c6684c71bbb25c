/* "host:port": what is read and what is refused. */
#include "io_test.h"

static intptr_t listens(const char *text)
{
    int fd = sley_listen_tcp(text, 1);

    return fd < 0 ? fd : sley_close(fd);
}

TEST_FIBER(addresses)
{
    static const char *const bad[] = {
        "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:1x",
        "127.0.0.1.5:80", "host:80", "[::1]", "[::1]80", "[::1:80", "::1:80", "unix:", "[]:80",
        "127.0.0.1:99999999999999999999", "127.0.0.1: 80", "127.0.0.1:-1",
    };
    char path[] = "unix:/tmp/sley-test-XXXXXX", address[64];
    int listener, client, server, rc;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQ(listens(bad[i]), -EINVAL);
        CHECK_EQ(sley_connect_tcp(bad[i]), -EINVAL);
    }
    CHECK_EQ(listens(NULL), -EINVAL);
    CHECK_EQ(listens("127.0.0.1:0"), 0);
    CHECK_EQ(listens(":0"), 0);
    rc = (int)listens("[::1]:0");
    CHECK(rc == 0 || rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT);
    if (rc == 0) {
        listener = sley_listen_tcp("[::1]:0", 1);
        snprintf(address, sizeof address, "[::1]:%d", sley_socket_port(listener));
        client = sley_connect_tcp(address);
        CHECK(client >= 0);
        sley_close(client);
        sley_close(listener);
    }
    close(mkstemp(path + 5));
    unlink(path + 5);
    listener = sley_listen_tcp(path, 1);
    CHECK(listener >= 0);
    CHECK_EQ(sley_socket_port(listener), -EAFNOSUPPORT);
    client = sley_connect_tcp(path);
    CHECK(client >= 0);
    server = sley_accept(listener);
    CHECK(server >= 0);
    sley_close(client);
    sley_close(server);
    sley_close(listener);
    unlink(path + 5);
    return 0;
}
