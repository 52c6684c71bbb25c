/* A plain thread closes descriptors that a loop's tasks wait on, a socket and a pipe. */
#include "io_test.h"

static int sockets[2], ends[2];
static _Atomic int begun;

static void *closer(void *arg)
{
    (void)arg;
    while (begun < 2)
        usleep(1000);
    usleep(20000);
    if (sley_close(sockets[0]) || sley_close(ends[0]))
        return "not closed";
    return NULL;
}

static intptr_t read_socket(void *arg)
{
    char byte;

    (void)arg;
    begun++;
    return sley_recv(sockets[0], &byte, 1);
}

static intptr_t read_pipe(void *arg)
{
    char byte;

    (void)arg;
    begun++;
    return sley_read(ends[0], &byte, 1);
}

TEST_FIBER(closed_by_other_thread)
{
    sley_task *a, *b;
    pthread_t thread;
    void *trouble;
    char byte;

    CHECK_EQ(pair(sockets), 0);
    CHECK_EQ(sley_pipe(ends), 0);
    a = sley_create_task(read_socket, NULL);
    b = sley_create_task(read_pipe, NULL);
    pthread_create(&thread, NULL, closer, NULL);
    CHECK_EQ(sley_join(a), -SLEY_ECLOSED);
    CHECK_EQ(sley_join(b), -SLEY_ECLOSED);
    pthread_join(thread, &trouble);
    CHECK(trouble == NULL);
    CHECK_EQ(fcntl(sockets[0], F_GETFD), -1);
    CHECK_EQ(fcntl(ends[0], F_GETFD), -1);
    CHECK_EQ(sley_recv(sockets[1], &byte, 1), 0);
    return 0;
}
