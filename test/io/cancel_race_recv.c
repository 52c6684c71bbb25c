/* A cancel races with data, round after round: every byte that was sent is received. */
#include "io_test.h"

static int fds[2];
static volatile long to_send;
static unsigned char next_byte;

static void *writer(void *arg)
{
    (void)arg;
    for (long i = 0; i < to_send; i++) {
        unsigned char byte = (unsigned char)i;

        while (write(fds[1], &byte, 1) != 1)
            ;
        for (volatile long k = 0; k < i * 37 % 4000; k++)
            ;
    }
    close(fds[1]);
    return NULL;
}

static intptr_t receive(void *arg)
{
    unsigned char bytes[4];
    ssize_t n = sley_recv(fds[0], bytes, 1 + (size_t)(intptr_t)arg);

    for (ssize_t i = 0; i < n; i++)
        EXPECT_EQ(bytes[i], next_byte++);
    return called(n);
}

TEST_FIBER(cancel_race_recv)
{
    long received = 0, cancelled = 0, n = 1;
    pthread_t thread;

    to_send = rounds();
    CHECK_EQ(pair(fds), 0);
    pthread_create(&thread, NULL, writer, NULL);
    while (n) {
        sley_task *task = task_of_call(receive, (void *)(intptr_t)chance(4));

        CHECK(task != NULL);
        pause_somehow();
        n = cancel_and_join(task);
        if (n < 0) {
            CHECK_EQ(n, -ECANCELED);
            cancelled++;
        } else {
            received += n;
        }
    }
    pthread_join(thread, NULL);
    EXPECT_EQ(received, to_send);
    EXPECT(sl_test_many() || cancelled > 0);
    EXPECT_IN_FLIGHT(0);
    CHECK_EQ(sley_close(fds[0]), 0);
    return 0;
}
