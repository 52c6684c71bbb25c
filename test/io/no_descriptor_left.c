/* accept without a descriptor left: waits, and goes on when one is free, by sley_close at once. */
#include "io_test.h"

static int listener;

static intptr_t accept_one(void *arg)
{
    (void)arg;
    return sley_accept(listener);
}

static void close_outside(void *arg)
{
    close(*(int *)arg); /* not sley's: nobody tells */
}

TEST_FIBER(no_descriptor_left)
{
    struct rlimit limit, old;
    char address[32], byte;
    int clients[3], spare[2], fd;
    sley_task *task;
    sley_instant began;

    need_a_real_limit();
    all_begin();
    listener = listening(address);
    CHECK(listener >= 0);
    for (int i = 0; i < 3; i++)
        CHECK((clients[i] = sley_connect_tcp(address)) >= 0);
    for (int i = 0; i < 2; i++)
        CHECK((spare[i] = dup(0)) >= 0);
    getrlimit(RLIMIT_NOFILE, &old);
    limit = old;
    limit.rlim_cur = (rlim_t)spare[1] + 1;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_EQ(sley_socket(AF_INET, SOCK_STREAM, 0), -EMFILE);

    /* By sley_close: at once. */
    task = sley_create_task(accept_one, NULL);
    sley_sleep(sley_ms(2));
    CHECK(!sley_future_done(sley_task_future(task)));
    began = sley_time();
    CHECK_EQ(sley_close(spare[0]), 0);
    fd = (int)sley_join(task);
    CHECK_EQ(fd, spare[0]);
    if (sl_test_timed() && !sl_test_simulated() && !sl_test_many())
        EXPECT(sley_instant_sub(sley_time(), began).ns < 8000000);

    /* By anybody else: after a while. */
    task = sley_create_task(accept_one, NULL);
    CHECK(sley_handle_valid(sley_call_later(sley_ms(3), close_outside, &spare[1])));
    CHECK_EQ(sley_join(task), spare[1]);

    /* And a cancel ends the pause. */
    task = sley_create_task(accept_one, NULL);
    sley_sleep(sley_ms(5));
    sley_task_cancel(task);
    CHECK_EQ(sley_join(task), -ECANCELED);

    setrlimit(RLIMIT_NOFILE, &old);
    fd = sley_accept(listener); /* the third connection is still there */
    CHECK(fd >= 0);
    CHECK_EQ(sley_send(clients[2], "x", 1), 1);
    CHECK_EQ(sley_recv(fd, &byte, 1), 1);
    return 0;
}
