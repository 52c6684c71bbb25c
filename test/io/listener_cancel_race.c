/* Cancelled accepts of a listener lose no connection, and close under load leaks none. */
#include "io_test.h"

static sley_listener listener;
static struct sockaddr_in to = {.sin_family = AF_INET};
static long to_connect;

static void *clients(void *arg)
{
    long *trouble = arg;

    for (long i = 0; i < to_connect; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char byte;

        if (connect(fd, (struct sockaddr *)&to, sizeof to) || write(fd, &i, sizeof i) < 0 ||
            read(fd, &byte, 1) != 0)
            ++*trouble;
        close(fd);
    }
    return NULL;
}

static intptr_t accept_one(void *arg)
{
    (void)arg;
    return called(sley_listener_accept(&listener));
}

TEST_FIBER(listener_cancel_race)
{
    int before = descriptors();
    long accepted = 0, cancelled = 0, trouble = 0;
    pthread_t thread;

    to_connect = rounds();
    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 64), 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((in_port_t)sley_socket_port(sley_listener_fd(&listener)));
    pthread_create(&thread, NULL, clients, &trouble);
    while (accepted < to_connect) {
        sley_task *task = task_of_call(accept_one, NULL);
        long number = -1;
        int fd;

        CHECK(task != NULL);
        pause_somehow();
        fd = (int)cancel_and_join(task);
        if (fd < 0) {
            CHECK_EQ(fd, -ECANCELED);
            cancelled++;
            continue;
        }
        CHECK_EQ(receive_all(fd, &number, sizeof number), sizeof number);
        accepted++;
        CHECK_EQ(sley_close(fd), 0);
    }
    pthread_join(thread, NULL);
    EXPECT_EQ(trouble, 0);
    EXPECT(sl_test_many() || cancelled > 0);
    sley_listener_close(&listener);
    sley_sleep(sley_ms(1));
    EXPECT_EQ(descriptors(), before);
    EXPECT_IN_FLIGHT(0);
    return 0;
}
