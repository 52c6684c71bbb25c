/* A listener without a descriptor left pauses, and goes on when one is free. */
#include "io_test.h"

static sley_listener listener;

static intptr_t accept_one(void *arg)
{
    (void)arg;
    return sley_listener_accept(&listener);
}

TEST_FIBER(listener_no_descriptor)
{
    struct rlimit limit, old;
    char address[32];
    int reserved[3], client;
    sley_task *task;
    sley_stats stats = {.size = sizeof stats};
    uint64_t submitted;

    need_a_real_limit();
    all_begin();
    /* The limit must hold before the operation is armed: the kernel notes it then. */
    for (int i = 0; i < 3; i++)
        CHECK((reserved[i] = dup(0)) >= 0);
    getrlimit(RLIMIT_NOFILE, &old);
    limit = old;
    limit.rlim_cur = (rlim_t)reserved[2] + 1;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    close(reserved[0]);
    close(reserved[1]);
    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 64), 0);
    snprintf(address, sizeof address, "127.0.0.1:%d",
             sley_socket_port(sley_listener_fd(&listener)));
    CHECK((client = sley_connect_tcp(address)) >= 0);
    CHECK_EQ(dup(0), -1);
    task = sley_create_task(accept_one, NULL);
    sley_sleep(sley_ms(2));
    sley_stats_get(&stats);
    submitted = stats.submitted;
    sley_sleep(sley_ms(35));
    sley_stats_get(&stats);
    CHECK(!sley_future_done(sley_task_future(task)));
    CHECK(stats.submitted - submitted <= 10); /* it does not spin */
    CHECK(stats.submitted - submitted >= 1);  /* and tries again by itself */
    CHECK_EQ(sley_close(reserved[2]), 0);
    CHECK_EQ(sley_join(task), reserved[2]);
    CHECK_EQ(sley_close(reserved[2]), 0);
    setrlimit(RLIMIT_NOFILE, &old);
    sley_listener_close(&listener);
    sley_close(client);
    return 0;
}
