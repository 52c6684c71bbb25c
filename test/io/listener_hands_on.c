/* A task that is cancelled after it was given a connection and before it ran hands it on: to the
 * next task that waits, or to the next that comes.
 *
 *     first                second               ring
 *     accept waits         accept waits         |
 *     |                    |                    second's connection, then first's, given to it
 *     |                    cancels first        |
 *     -ECANCELED; hands on .                    |
 */
#include "io_test.h"

#include <signal.h>
/* connect(2), which an interval timer's signal would cut short. */
static int connect_plainly(int fd, const sley_listener *to)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((in_port_t)sley_socket_port(sley_listener_fd(to)))};
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = connect(fd, (const struct sockaddr *)&address, sizeof address);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static sley_listener listener, bell;
static sley_task *first;
static intptr_t first_got;

static intptr_t accept_first(void *arg)
{
    (void)arg;
    return first_got = sley_listener_accept(&listener);
}

static intptr_t accept_next(void *arg)
{
    (void)arg;
    return sley_listener_accept(&listener);
}

static intptr_t cancel_first(void *arg)
{
    int fd = sley_listener_accept(&bell);

    (void)arg;
    CHECK(fd >= 0);
    sley_task_cancel(first);
    return sley_close(fd);
}

TEST_FIBER(listener_hands_on)
{
    int before, handed_on = 0;

    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 64), 0);
    CHECK_EQ(sley_listener_open_tcp(&bell, "127.0.0.1:0", 64), 0);
    before = descriptors();
    for (int i = 0; i < 60; i++) {
        sley_task *second = sley_create_task(cancel_first, NULL), *next = NULL;
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;
        int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        first = sley_create_task(accept_first, NULL);
        if (i % 2)
            next = sley_create_task(accept_next, NULL);
        sley_sleep(sley_ms(1));
        /* Both happen while the loop does not look. Which of two of a kind is told first is the
         * kernel's affair: 6.1 does the latest of its deferred work first. */
        CHECK_EQ(connect_plainly(client, i / 2 % 2 ? &listener : &bell), 0);
        CHECK_EQ(connect_plainly(other, i / 2 % 2 ? &bell : &listener), 0);
        CHECK_EQ(sley_join(second), 0);
        sley_join(first);
        if (first_got >= 0) { /* it ran before the cancel */
            server = (int)first_got;
            if (next) {
                sley_task_cancel(next);
                CHECK_EQ(sley_join(next), -ECANCELED);
            }
        } else {
            CHECK_EQ(first_got, -ECANCELED);
            handed_on++;
            server = (int)(next ? sley_join(next) : accept_next(NULL));
        }
        CHECK(server >= 0);
        CHECK_EQ(sley_close(server), 0);
        close(client);
        close(other);
    }
    EXPECT(sl_test_simulated() || sl_test_many() || handed_on > 0);
    CHECK_EQ(descriptors(), before);
    sley_listener_close(&listener);
    sley_listener_close(&bell);
    return 0;
}
