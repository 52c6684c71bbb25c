/* A cancel races with connections: every connection is accepted once, no descriptor is leaked. */
#include "io_test.h"

#include <signal.h>

static int listener;
static char address[32];
static long to_connect;

/* Each client sends its number and waits until the server has closed. */
static void *clients(void *arg)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)sley_socket_port(listener)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    sigset_t all;

    sigfillset(&all); /* its calls are the kernel's own: an interrupted connect would be trouble */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (long i = 0; i < to_connect; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char byte;

        for (volatile long k = 0; k < i * 53 % 5000; k++)
            ;
        if (connect(fd, (struct sockaddr *)&to, sizeof to) || write(fd, &i, sizeof i) < 0 ||
            read(fd, &byte, 1) != 0)
            *(long *)arg += 1;
        close(fd);
    }
    return NULL;
}

static intptr_t accept_one(void *arg)
{
    (void)arg;
    return called(sley_accept(listener));
}

TEST_FIBER(cancel_race_accept)
{
    int before = descriptors();
    long accepted = 0, cancelled = 0, trouble = 0;
    pthread_t thread;

    to_connect = rounds();
    listener = listening(address);
    CHECK(listener >= 0);
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
        CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
        CHECK_EQ(receive_all(fd, &number, sizeof number), sizeof number);
        accepted++;
        CHECK_EQ(sley_close(fd), 0);
    }
    pthread_join(thread, NULL);
    EXPECT_EQ(trouble, 0);
    EXPECT(sl_test_many() || cancelled > 0);
    CHECK_EQ(sley_close(listener), 0);
    EXPECT_EQ(descriptors(), before);
    return 0;
}
