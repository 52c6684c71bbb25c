/* A signal every millisecond, without SA_RESTART: no call notices. */
#include "io_test.h"

#include <signal.h>
#include <sys/time.h>

static int fds[2];
static _Atomic int signals; /* in any worker */

static void count(int signal)
{
    (void)signal;
    signals++;
}

static intptr_t echo(void *arg)
{
    char bytes[64];
    ssize_t n;

    (void)arg;
    while ((n = sley_recv(fds[0], bytes, sizeof bytes)) > 0) {
        sley_sleep(sley_us(300));
        CHECK_EQ(sley_send_all(fds[0], bytes, (size_t)n), n);
    }
    return n;
}

TEST_FIBER(interrupted)
{
    struct sigaction action = {.sa_handler = count};
    struct itimerval timer = {.it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};
    sley_task *task;

    CHECK_EQ(pair(fds), 0);
    task = sley_create_task(echo, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 300; i++) {
        int fd = sley_open("/dev/null", O_WRONLY, 0);
        char byte;

        CHECK(fd >= 0);
        CHECK_EQ(sley_send_all(fds[1], "x", 1), 1);
        CHECK_EQ(sley_recv(fds[1], &byte, 1), 1);
        CHECK_EQ(sley_write(fd, "x", 1), 1);
        CHECK_EQ(sley_close(fd), 0);
    }
    CHECK_EQ(sley_close(fds[1]), 0);
    CHECK_EQ(sley_join(task), 0);
    timer = (struct itimerval){0};
    setitimer(ITIMER_REAL, &timer, NULL);
    CHECK(signals > 10);
    return 0;
}
