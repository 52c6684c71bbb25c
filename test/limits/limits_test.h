/* What the tests of limits share: a PING server, and clients that are another process, whose limits
 * are its own. */
#ifndef SL_TEST_LIMITS_TEST_H
#define SL_TEST_LIMITS_TEST_H

#include "check.h"

#include "base/atomic.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static sl_atomic_u32 served;

static inline void limit(int what, rlim_t soft)
{
    struct rlimit to;

    getrlimit(what, &to);
    to.rlim_cur = soft;
    to.rlim_max = to.rlim_max < soft ? soft : to.rlim_max;
    if (setrlimit(what, &to))
        SKIP("this limit cannot be %ju here", (uintmax_t)soft);
}

/* Answers each byte by itself until the peer has had enough. */
static inline intptr_t serve_one(void *arg)
{
    int fd = *(int *)arg;
    char byte;

    while (sley_recv(fd, &byte, 1) == 1 && sley_send_all(fd, &byte, 1) == 1)
        sl_add_relaxed(&served, 1);
    return sley_close(fd);
}

/* So many bytes to such a server of its own, and back. */
static inline intptr_t pings(void *n)
{
    int ends[2];
    char byte = 'x';
    sley_task *server;

    CHECK_EQ(sley_socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK((server = sley_create_task(serve_one, &ends[1])) != NULL);
    for (intptr_t i = 0; i < (intptr_t)n; i++) {
        CHECK_EQ(sley_send(ends[0], &byte, 1), 1);
        CHECK_EQ(sley_recv(ends[0], &byte, 1), 1);
    }
    sley_close(ends[0]);
    return sley_join(server);
}

/* Serves so many connections. */
static inline intptr_t serve(int listener, int connections)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    SLEY_TASK_GROUP(&group)
        for (int i = 0; i < connections; i++) {
            int fd = sley_accept(listener);

            if (fd < 0 || sley_task_group_create_task_copy(&group, serve_one, &fd, sizeof fd) < 0)
                sley_task_group_cancel(&group);
        }
    return group.rc;
}

static inline int connect_to(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((in_port_t)port)};
    struct timeval patience = {.tv_sec = 60};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience))
        return -1;
    return fd;
}

/* All are open at a time; each sends a byte and wants it back. The process's exit: 0 if all
 * had it. */
static inline int ask(int port, int connections)
{
    int *fds = malloc((size_t)connections * sizeof *fds);
    char byte = 'x';

    for (int i = 0; i < connections; i++)
        if ((fds[i] = connect_to(port)) < 0 || write(fds[i], &byte, 1) != 1)
            return 2;
    for (int i = 0; i < connections; i++) {
        if (read(fds[i], &byte, 1) != 1)
            return 3;
        close(fds[i]);
    }
    free(fds);
    return 0;
}

struct clients {
    pid_t pid;
    int start[2]; /* a pipe: the port */
};

/* Before any loop is there. */
static inline void clients_begin(struct clients *clients, int connections)
{
    int port;

    assert_int_equal(pipe(clients->start), 0);
    clients->pid = fork();
    assert_true(clients->pid >= 0);
    if (clients->pid == 0) {
        close(clients->start[1]);
        _exit(read(clients->start[0], &port, sizeof port) == sizeof port ? ask(port, connections)
                                                                         : 1);
    }
    close(clients->start[0]);
}

static inline intptr_t clients_start(const struct clients *clients, int listener)
{
    int port = sley_socket_port(listener);

    CHECK_EQ(write(clients->start[1], &port, sizeof port), (ssize_t)sizeof port);
    return 0;
}

static inline void clients_end(struct clients *clients)
{
    int status;

    close(clients->start[1]);
    assert_int_equal(waitpid(clients->pid, &status, 0), clients->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
