/* The sley server of the benchmark: one fiber for each connection, public calls only.
 *
 *     sley-server ping|http PORT
 *
 * PORT 0 takes a free one. The first line of output is "port N". A line on the standard input is
 * answered with the counters as a line of JSON; its end ends the server. */
#include "conn.h"

#include <sley.h>
#include <stdio.h>
#include <stdlib.h>

static const struct protocol *protocol;

/* Sends the answers; false if the peer is gone (or the server ends). */
static bool flush(int fd, struct conn *conn)
{
    ssize_t len = (ssize_t)conn->out_len;
    conn->out_len = 0;
    return len == 0 || sley_send_all(fd, conn->out, (size_t)len) == len;
}

static intptr_t client(void *arg)
{
    int fd = *(int *)arg;
    struct conn conn;
    ssize_t n;
    conn_init(&conn);
    while (!conn.closing &&
           (n = sley_recv(fd, conn.in + conn.in_len, CONN_IN - conn.in_len)) > 0) {
        bool more = true;
        conn.in_len += (size_t)n;
        while (more && !conn.closing) {
            more = protocol->serve(&conn);
            if (!flush(fd, &conn))
                conn.closing = true;
        }
    }
    sley_close(fd);
    return 0;
}

static void print_counters(void)
{
    sley_stats stats = {.size = sizeof stats};
    sley_stats_get(&stats);
    printf("{\"requests\": %llu, \"syscalls\": %llu, \"passes\": %llu, \"dispatches\": %llu, "
           "\"allocations\": %llu, \"completed\": %llu}\n",
           (unsigned long long)protocol_requests, (unsigned long long)stats.enters,
           (unsigned long long)stats.passes, (unsigned long long)stats.dispatches,
           (unsigned long long)stats.allocations, (unsigned long long)stats.completed);
    fflush(stdout);
}

/* Listens to the driver; ends the server when the driver is gone. */
static intptr_t control(void *clients)
{
    char line[64];
    while (sley_read(0, line, sizeof line) > 0)
        print_counters();
    sley_task_group_cancel(clients);
    return 0;
}

static intptr_t serve(void *address)
{
    int fd, listener = sley_listen_tcp(address, 1024);
    if (listener < 0)
        return listener;
    printf("port %d\n", sley_socket_port(listener));
    fflush(stdout);
    sley_task_group clients = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&clients) {
        sley_task_group_create_task(&clients, control, &clients);
        while ((fd = sley_accept(listener)) >= 0)
            if (sley_task_group_create_task_copy(&clients, client, &fd, sizeof fd) < 0)
                sley_close(fd);
    }
    sley_close(listener);
    return clients.rc;
}

int main(int argc, char **argv)
{
    char address[64];
    protocol = argc == 3 ? protocol_find(argv[1]) : NULL;
    if (protocol == NULL) {
        fprintf(stderr, "usage: %s ping|http PORT\n", argv[0]);
        return 2;
    }
    snprintf(address, sizeof address, "127.0.0.1:%d", atoi(argv[2]));
    intptr_t rc = sley_run(serve, address, NULL);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", argv[0], sley_strerror(rc));
    return rc < 0;
}
