/* The sley server of the benchmark: one fiber for each connection, public calls only.
 *
 *     sley-server ping|http PORT [--workers N] [--off]
 *
 * PORT 0 takes a free one. The first line of output is "port N". A line on the standard input is
 * answered with the counters as a line of JSON, of which the requests are right only while all
 * workers share a processor; its end ends the server. --off: no worker is rescued. */
#include "clients.h"
#include "conn.h"
#include "micro.h"

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

int main(int argc, char **argv)
{
    char address[64];
    long workers = micro_option(&argc, argv, "--workers", 1);
    bool off = micro_flag(&argc, argv, "--off");
    protocol = argc == 3 ? protocol_find(argv[1]) : NULL;
    if (protocol == NULL) {
        fprintf(stderr, "usage: %s ping|http PORT [--workers N] [--off]\n", argv[0]);
        return 2;
    }
    snprintf(address, sizeof address, "127.0.0.1:%d", atoi(argv[2]));
    struct serving serving = {.address = address, .client = client, .asked = print_counters};
    intptr_t rc = sley_run(serve_clients, &serving,
                           &SLEY_OPTIONS(.workers = (int)workers,
                                         .rescue_signal = off ? SLEY_NO_RESCUE : 0));
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", argv[0], sley_strerror(rc));
    return rc < 0;
}
