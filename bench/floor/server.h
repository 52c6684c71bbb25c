/* What the two raw servers share: the listening socket, the counters, and the driver's line.
 *
 *     floor-epoll ping|http PORT        floor-uring ping|http PORT
 *
 * PORT 0 takes a free one. The first line of output is "port N". A line on the standard input is
 * answered with the counters as a line of JSON; its end ends the server. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include "conn.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* System calls made while serving. What the life of a connection costs (accept, options, close) is
 * not counted: a request's share of it depends on how long the client stays. */
static uint64_t server_calls;
static uint64_t server_passes; /* times that the loop waited */

static inline void server_die(const char *what)
{
    perror(what);
    exit(1);
}

static inline int server_listen(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t len = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        server_die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1024) != 0)
        server_die("listen");
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        server_die("getsockname");
    printf("port %d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static inline void server_no_delay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The answer to `n` bytes of the driver's. */
static inline void server_control(ssize_t n)
{
    if (n <= 0)
        exit(0);
    printf("{\"requests\": %llu, \"syscalls\": %llu, \"passes\": %llu}\n",
           (unsigned long long)protocol_requests, (unsigned long long)server_calls,
           (unsigned long long)server_passes);
    fflush(stdout);
}

static inline const struct protocol *server_arguments(int argc, char **argv, int *port)
{
    const struct protocol *protocol = argc == 3 ? protocol_find(argv[1]) : NULL;
    if (protocol == NULL) {
        fprintf(stderr, "usage: %s ping|http PORT\n", argv[0]);
        exit(2);
    }
    *port = atoi(argv[2]);
    return protocol;
}

#endif
