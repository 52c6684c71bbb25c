/* sley_listener: tasks are served in order; connections wait for tasks; close wakes everybody. */
#include "io_test.h"

static sley_listener listener;
static char address[32];
static int order[3], served;

static intptr_t accept_in_order(void *arg)
{
    int fd = sley_listener_accept(&listener);

    if (fd >= 0)
        order[served++] = (int)(intptr_t)arg;
    return fd;
}

static intptr_t open_listener(void)
{
    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 512), 0);
    snprintf(address, sizeof address, "127.0.0.1:%d",
             sley_socket_port(sley_listener_fd(&listener)));
    return 0;
}

static intptr_t tasks_wait(void)
{
    sley_task *tasks[3];
    int clients[3];

    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = sley_create_task(accept_in_order, (void *)i);
    yields(2);
    for (int i = 0; i < 3; i++)
        CHECK((clients[i] = sley_connect_tcp(address)) >= 0);
    for (int i = 0; i < 3; i++) {
        int fd = (int)sley_join(tasks[i]);

        CHECK(fd >= 0);
        CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
        CHECK_EQ(order[i], i);
        CHECK_EQ(sley_close(fd), 0);
        CHECK_EQ(sley_close(clients[i]), 0);
    }
    return 0;
}

/* More connections than it keeps: none is lost. */
static intptr_t connections_wait(void)
{
    enum { MANY = 400 };
    int clients[MANY], fd;
    long number, sum = 0;

    for (long i = 0; i < MANY; i++) {
        CHECK((clients[i] = sley_connect_tcp(address)) >= 0);
        CHECK_EQ(sley_send_all(clients[i], &i, sizeof i), sizeof i);
    }
    sley_sleep(sley_ms(5));
    for (long i = 0; i < MANY; i++) {
        CHECK((fd = sley_listener_accept(&listener)) >= 0);
        CHECK_EQ(receive_all(fd, &number, sizeof number), sizeof number);
        sum += number;
        CHECK_EQ(sley_close(fd), 0);
        CHECK_EQ(sley_close(clients[i]), 0);
    }
    CHECK_EQ(sum, (long)MANY * (MANY - 1) / 2);
    return 0;
}

TEST_FIBER(listeners)
{
    ONE_LOOP(ITS_ORDER);
    int before = descriptors(), number, fd;
    sley_task *tasks[2];

    CHECK_EQ(open_listener(), 0);
    number = sley_listener_fd(&listener);
    CHECK_EQ(tasks_wait(), 0);
    CHECK_EQ(connections_wait(), 0);
    fd = sley_connect_tcp(address);
    CHECK(fd >= 0);
    sley_sleep(sley_ms(2)); /* kept, and never asked for: closed by close */
    for (intptr_t i = 0; i < 2; i++)
        tasks[i] = sley_create_task(accept_in_order, (void *)i);
    served = 0;
    yields(2);
    CHECK_EQ(served, 1);
    sley_listener_close(&listener);
    CHECK_EQ(sley_listener_accept(&listener), -EBADF);
    CHECK((number = (int)sley_join(tasks[0])) >= 0);
    CHECK_EQ(sley_join(tasks[1]), -SLEY_ECLOSED);
    sley_listener_close(&listener); /* harmless */
    CHECK_EQ(sley_close(number), 0);
    CHECK_EQ(sley_close(fd), 0);
    sley_sleep(sley_ms(1));
    CHECK_IN_FLIGHT(0);

    /* What cannot be listened on is closed; so is what fails. */
    fd = sley_socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQ(sley_listener_open(&listener, fd), 0);
    CHECK_EQ(sley_listener_accept(&listener), -EINVAL);
    sley_listener_close(&listener);
    CHECK_EQ(sley_listener_open_tcp(&listener, "nonsense", 8), -EINVAL);
    CHECK_EQ(sley_listener_fd(&listener), -EBADF);

    /* sley_close on its descriptor is a close, too. */
    CHECK_EQ(open_listener(), 0);
    tasks[0] = sley_create_task(accept_in_order, NULL);
    sley_sleep(sley_ms(1));
    CHECK_EQ(sley_close(sley_listener_fd(&listener)), 0);
    CHECK_EQ(sley_join(tasks[0]), -SLEY_ECLOSED);
    CHECK_EQ(sley_listener_accept(&listener), -SLEY_ECLOSED);
    sley_listener_close(&listener);
    sley_sleep(sley_ms(1));
    CHECK_EQ(descriptors(), before);
    return 0;
}
