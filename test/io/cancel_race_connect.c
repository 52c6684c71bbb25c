/* A cancelled connect left the socket as it was: it connects again. */
#include "io_test.h"

static struct sockaddr_in to = {.sin_family = AF_INET};

static intptr_t connect_one(void *arg)
{
    return called(sley_connect(*(int *)arg, (struct sockaddr *)&to, sizeof to));
}

static intptr_t serve(void *arg)
{
    int listener = *(int *)arg, fd;

    while ((fd = sley_accept(listener)) >= 0) {
        /* A client may be gone already. */
        sley_send(fd, "x", 1);
        sley_close(fd);
    }
    return fd;
}

TEST_FIBER(cancel_race_connect)
{
    int before = descriptors(), listener;
    char address[32], byte;
    long connected = 0, cancelled = 0;
    sley_task *server;
    intptr_t ended;

    listener = listening(address);
    CHECK(listener >= 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((in_port_t)sley_socket_port(listener));
    server = sley_create_task(serve, &listener);
    for (long i = 0; i < rounds() / 4; i++) {
        int fd = sley_socket(AF_INET, SOCK_STREAM, 0), rc;
        sley_task *task = task_of_call(connect_one, &fd);

        CHECK(task != NULL);
        pause_somehow();
        rc = (int)cancel_and_join(task);
        if (rc == 0) {
            connected++;
        } else {
            CHECK_EQ(rc, -ECANCELED);
            cancelled++;
            connect_one(&fd);
            CHECK_EQ(call_result, 0);
        }
        CHECK_EQ(sley_recv(fd, &byte, 1), 1);
        CHECK_EQ(sley_recv(fd, &byte, 1), 0);
        CHECK_EQ(sley_close(fd), 0);
    }
    EXPECT(sl_test_many() || connected > 0);
    EXPECT(sl_test_many() || cancelled > 0);
    CHECK_EQ(sley_close(listener), 0);
    ended = sley_join(server);
    if (!sl_test_many() || ended != -EBADF) /* another worker: between two calls */
        CHECK_EQ(ended, -SLEY_ECLOSED);
    EXPECT_EQ(descriptors(), before);
    return 0;
}
