/* A loop is closed with readers and a listener still there: all of it is given back. */
#include "io_test.h"

static int fds[2], more[2], number;
static sley_listener listener;
static bool busy;

static void never(void *arg)
{
    (void)arg;
}

static intptr_t leave(void *arg)
{
    char address[32];
    int client;

    (void)arg;
    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(pair(more), 0);
    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 8), 0);
    number = sley_listener_fd(&listener);
    snprintf(address, sizeof address, "127.0.0.1:%d", sley_socket_port(number));
    CHECK_EQ(sley_add_reader(fds[0], never, NULL), 0);
    CHECK_EQ(sley_add_writer(fds[0], never, NULL), 0);
    CHECK_EQ(sley_add_reader(more[0], never, NULL), 0);
    CHECK((client = sley_connect_tcp(address)) >= 0);
    if (busy)
        sley_sleep(sley_ms(2)); /* accepted, and nobody asks */
    CHECK_EQ(sley_close(client), 0);
    CHECK_EQ(sley_close(more[0]), 0);
    return 0;
}

TEST_PLAIN(left_with_loop)
{
    int before = descriptors();

    for (int i = 0; i < 4; i++) {
        busy = i % 2;
        assert_int_equal(sl_test_run(leave, NULL), 0);
        assert_int_equal(sley_listener_fd(&listener), number);
        sley_listener_close(&listener);
        assert_int_equal(sley_listener_fd(&listener), -EBADF);
        assert_int_equal(sley_close(fds[0]), 0);
        assert_int_equal(sley_close(fds[1]), 0);
        assert_int_equal(sley_close(more[1]), 0);
        assert_int_equal(descriptors(), before);
    }
}
