/* Calls that may suspend say so outside of tasks; the others work anywhere. */
#include "io_test.h"

static int answers[16];

static int call_all(int fd)
{
    char byte;
    int n = 0;

    answers[n++] = (int)sley_recv(fd, &byte, 1);
    answers[n++] = (int)sley_send(fd, &byte, 1);
    answers[n++] = (int)sley_send_all(fd, &byte, 1);
    answers[n++] = (int)sley_read(fd, &byte, 1);
    answers[n++] = (int)sley_write_all(fd, &byte, 1);
    answers[n++] = sley_accept(fd);
    answers[n++] = sley_poll(fd, POLLIN);
    answers[n++] = sley_open("/dev/null", O_RDONLY, 0);
    answers[n++] = sley_fsync(fd);
    answers[n++] = sley_connect_tcp("127.0.0.1:9");
    return n;
}

static void in_callback(void *arg)
{
    *(int *)arg = call_all(0);
}

static intptr_t in_loop(void *arg)
{
    int n = 0;

    (void)arg;
    CHECK(sley_handle_valid(sley_call_soon(in_callback, &n)));
    yields(2);
    for (int i = 0; i < n; i++)
        CHECK_EQ(answers[i], -SLEY_ENOLOOP);
    CHECK_EQ(n, 10);
    return 0;
}

TEST_PLAIN(outside_a_loop)
{
    ONE_LOOP(ITS_ORDER);
    int before = descriptors(), n = call_all(0), fds[2];
    char address[32];

    for (int i = 0; i < n; i++)
        assert_int_equal(answers[i], -SLEY_ENOLOOP);
    assert_int_equal(sley_add_reader(0, in_callback, NULL), -SLEY_ENOLOOP);
    assert_false(sley_remove_reader(0));
    assert_int_equal(pair(fds), 0);
    assert_int_equal(sley_close(fds[0]), 0);
    assert_int_equal(sley_close(fds[0]), -EBADF);
    assert_int_equal(sley_close(fds[1]), 0);
    assert_int_equal(sley_close(-1), -EBADF);
    assert_int_equal(sley_close(1 << 30), -EBADF);
    fds[0] = listening(address);
    assert_true(fds[0] >= 0);
    assert_int_equal(sley_close(fds[0]), 0);
    assert_int_equal(sl_test_run(in_loop, NULL), 0);
    assert_int_equal(descriptors(), before);
}
