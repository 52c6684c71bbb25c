/* A fiber that blocks its worker in a system call is not interrupted, whatever its ring holds.
 * SLEY_TEST_SECONDS=10: for so long, with a receive of half a second. */
#include "rescue.h"

#include <poll.h>
#include <sys/epoll.h>

static sl_atomic_u32 interrupted, calls, blocked_while_waiting;
static int pair[2];

static void count(int rc)
{
    sl_add_relaxed(&calls, 1);
    if (rc < 0 && errno == EINTR)
        sl_add_relaxed(&interrupted, 1);
}

static intptr_t block(void *arg)
{
    long seconds = sl_test_setting("SECONDS", 0);
    struct timeval limit = {.tv_usec = seconds ? 500000 : 50000};
    struct timespec nap = {.tv_nsec = 30000000};
    int64_t until = now_ns() + seconds * INT64_C(1000000000);
    int quiet[2], events;
    char byte;

    (void)arg;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, quiet), 0);
    CHECK_EQ(setsockopt(quiet[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    CHECK((events = epoll_create1(EPOLL_CLOEXEC)) >= 0);
    for (int i = 0; i < 4 || now_ns() < until; i++) {
        struct epoll_event event;

        count(poll(NULL, 0, 20));
        count(nanosleep(&nap, NULL));
        count(epoll_wait(events, &event, 1, 25));
        count((int)recv(quiet[0], &byte, 1, 0));
        CHECK_EQ(sley_yield(), 0);
    }
    close(events);
    close(quiet[0]);
    close(quiet[1]);
    return 0;
}

/* Their bytes come all the time, and mostly to a ring whose worker is blocked. */
static intptr_t receive(void *arg)
{
    char byte;

    (void)arg;
    while (sley_recv(pair[0], &byte, 1) == 1)
        sl_add_relaxed(&blocked_while_waiting, 1);
    return 0;
}

static void *writer(void *arg)
{
    (void)arg;
    while (!sl_load_relaxed(&stop)) {
        CHECK_NULL(write(pair[1], "xx", 2) == 2);
        usleep(300);
    }
    shutdown(pair[1], SHUT_WR);
    return NULL;
}

static intptr_t body(void *arg)
{
    sley_task *blocks[2], *receives[4];
    pthread_t thread;

    (void)arg;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    for (int i = 0; i < 4; i++)
        CHECK((receives[i] = sley_create_task_with(receive, NULL, i % 2 ? &on_0 : NULL)) != NULL);
    CHECK_EQ(pthread_create(&thread, NULL, writer, NULL), 0);
    for (int i = 0; i < 2; i++)
        CHECK((blocks[i] = sley_create_task_with(block, NULL, &on_0)) != NULL);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_join(blocks[i]), 0);
    sl_store_relaxed(&stop, 1);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(sley_join(receives[i]), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(sl_load_relaxed(&interrupted), 0);
    CHECK(sl_load_relaxed(&calls) >= 32);
    CHECK_EQ(sley_close(pair[0]), 0);
    CHECK_EQ(sley_close(pair[1]), 0);
    return 0;
}

TEST_PLAIN(blocking_calls_are_not_interrupted)
{
    sley_options options = {.workers = 2};

    NEEDS_RESCUE();
    if (sl_test_interrupted() || !sl_test_timed())
        SKIP("here they are, or there may be much time between a look and a signal");
    assert_int_equal(sl_test_run(body, &options), 0);
}
