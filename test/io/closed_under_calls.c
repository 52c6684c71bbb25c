/* Every call whose descriptor is closed under it returns -SLEY_ECLOSED, and -EBADF after that. */
#include "io_test.h"

static int fd;
static char buffer[1 << 20];

static intptr_t call_recv(void *arg) { (void)arg; return sley_recv(fd, buffer, 1); }
static intptr_t call_send(void *arg) { (void)arg; return sley_send(fd, buffer, 1); }
static intptr_t call_read(void *arg) { (void)arg; return sley_read(fd, buffer, 1); }
static intptr_t call_write(void *arg) { (void)arg; return sley_write(fd, buffer, 1); }
static intptr_t call_poll(void *arg) { (void)arg; return sley_poll(fd, POLLIN); }
static intptr_t call_accept(void *arg) { (void)arg; return sley_accept(fd); }

static intptr_t closes(sley_fn *call)
{
    sley_task *a = sley_create_task(call, NULL), *b = sley_create_task(call, NULL);
    int number = fd;

    sley_sleep(sley_ms(1));
    CHECK_IN_FLIGHT(2);
    CHECK_EQ(sley_close(fd), 0);
    CHECK_EQ(sley_close(fd), -EBADF);
    CHECK_EQ(call(NULL), -EBADF); /* the number is dead, and not yet free */
    CHECK_EQ(sley_join(a), -SLEY_ECLOSED);
    CHECK_EQ(sley_join(b), -SLEY_ECLOSED);
    CHECK_IN_FLIGHT(0);
    CHECK_EQ(fcntl(number, F_GETFD), -1);
    CHECK_EQ(call(NULL), -EBADF);
    return 0;
}

/* Until it takes no more. */
static void fill(int full)
{
    fcntl(full, F_SETFL, O_NONBLOCK);
    while (write(full, buffer, sizeof buffer) > 0)
        ;
    while (write(full, buffer, 1) > 0)
        ;
    fcntl(full, F_SETFL, 0);
}

TEST_FIBER(closed_under_calls)
{
    int fds[2], before = descriptors();
    char address[32];

    CHECK_EQ(pair(fds), 0);
    fd = fds[0];
    CHECK_EQ(closes(call_recv), 0);
    sley_close(fds[1]);
    CHECK_EQ(pair(fds), 0);
    fd = fds[0];
    CHECK_EQ(closes(call_poll), 0);
    sley_close(fds[1]);
    CHECK_EQ(pair(fds), 0);
    fd = fds[0];
    fill(fd);
    CHECK_EQ(closes(call_send), 0);
    sley_close(fds[1]);
    CHECK_EQ(sley_pipe(fds), 0);
    fd = fds[0];
    CHECK_EQ(closes(call_read), 0);
    sley_close(fds[1]);
    CHECK_EQ(sley_pipe(fds), 0);
    fd = fds[1];
    fill(fd);
    CHECK_EQ(closes(call_write), 0);
    sley_close(fds[0]);
    fd = listening(address);
    CHECK_EQ(closes(call_accept), 0);
    EXPECT_EQ(descriptors(), before);
    return 0;
}
