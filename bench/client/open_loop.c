/* A client that does not wait for the server: each connection sends a request at its times, and
 * what is measured begins at that time, however late the request could be sent.
 *
 *     open-loop PORT CONNECTIONS PERIOD_US SECONDS [--word WORD] [--fast N]
 *
 * Prints the latencies as a line of JSON, with the processor time of the client itself.
 *
 * --word   what is asked for: PING, or WORK, for which the server computes
 * --fast   so many connections more, that ask for PING again and again without a pause; the figures
 *          are then theirs, and those of the others have the prefix slow_ */
#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int fd;
    int64_t due;  /* when its request is, or was, to be sent */
    bool waits;   /* for an answer */
    bool fast;
};

struct latencies {
    int64_t *ns;
    size_t n, room;
};

static char request[64];
static const char ping[] = "*1\r\n$4\r\nPING\r\n";
static struct latencies slow, fast;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void note(struct latencies *latencies, int64_t ns)
{
    if (latencies->n == latencies->room) {
        latencies->room = latencies->room ? 2 * latencies->room : 1 << 16;
        latencies->ns = realloc(latencies->ns, latencies->room * sizeof *latencies->ns);
        if (latencies->ns == NULL)
            die("realloc");
    }
    latencies->ns[latencies->n++] = ns;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print(struct latencies *latencies, const char *prefix)
{
    static const struct { const char *name; double part; } parts[] = {
        {"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}, {"p999_us", 0.999}, {"max_us", 1}};
    qsort(latencies->ns, latencies->n, sizeof *latencies->ns, compare);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && latencies->n > 0; i++) {
        size_t at = (size_t)(parts[i].part * (double)latencies->n);
        at = at < latencies->n ? at : latencies->n - 1;
        printf("\"%s%s\": %.1f, ", prefix, parts[i].name, (double)latencies->ns[at] / 1e3);
    }
    if (latencies->n > 0)
        printf("\"%sops\": %zu, ", prefix, latencies->n);
}

static void ask(struct connection *connection)
{
    const char *text = connection->fast ? ping : request;
    size_t length = strlen(text);
    if (send(connection->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
        die("send");
    connection->waits = true;
}

static void open_one(struct connection *connection, int port, int poller)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        die("epoll_ctl");
}

/* Sends what is due, and returns when the next one is. */
static int64_t ask_due(struct connection *connections, int n, int64_t now, int64_t end)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < n; i++) {
        struct connection *connection = &connections[i];
        if (connection->waits || connection->due >= end)
            continue;
        if (connection->due <= now)
            ask(connection);
        else if (connection->due < next)
            next = connection->due;
    }
    return next;
}

static void answered(struct connection *connection, int64_t now, int64_t period, int64_t end)
{
    char answer[256];
    if (recv(connection->fd, answer, sizeof answer, 0) <= 0)
        die("recv");
    note(connection->fast ? &fast : &slow, now - connection->due);
    connection->waits = false;
    connection->due = connection->fast ? now : connection->due + period;
    if (connection->fast && now < end)
        ask(connection);
}

static int option(int *argc, char **argv, const char *name, const char **value)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            *value = argv[i + 1];
            memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 1) * sizeof *argv);
            *argc -= 2;
            return 1;
        }
    return 0;
}

int main(int argc, char **argv)
{
    const char *word = "PING", *count = "0";
    struct epoll_event events[256];
    option(&argc, argv, "--word", &word);
    option(&argc, argv, "--fast", &count);
    if (argc != 5)
        return 2;
    int slow_count = atoi(argv[2]), n = slow_count + atoi(count), poller = epoll_create1(0);
    int64_t period = atoll(argv[3]) * 1000;
    struct connection *connections = calloc((size_t)n, sizeof *connections);
    snprintf(request, sizeof request, "*1\r\n$%zu\r\n%s\r\n", strlen(word), word);
    prctl(PR_SET_TIMERSLACK, 1);
    for (int i = 0; i < n; i++) {
        connections[i].fast = i >= slow_count;
        open_one(&connections[i], atoi(argv[1]), poller);
    }
    usleep(300000);
    int64_t begin = clock_now_ns(), cpu = clock_cpu_ns();
    int64_t end = begin + (int64_t)(atof(argv[4]) * 1e9);
    for (int i = 0; i < n; i++)
        connections[i].due = connections[i].fast ? begin : begin + period * i / slow_count;
    for (;;) {
        int64_t next = ask_due(connections, n, clock_now_ns(), end), now = clock_now_ns();
        if (now > end + 1000000000)
            break; /* a second later whatever has not come does not count */
        bool waits = false;
        for (int i = 0; i < n && !waits; i++)
            waits = connections[i].waits;
        if (!waits && next == INT64_MAX)
            break;
        int64_t wait = (next < end + 1000000001 ? next : end + 1000000001) - now;
        wait = wait > 0 ? wait : 0;
        struct timespec limit = {wait / 1000000000, wait % 1000000000};
        int ready = epoll_pwait2(poller, events, 256, &limit, NULL);
        now = clock_now_ns();
        for (int i = 0; i < ready; i++)
            answered(events[i].data.ptr, now, period, end);
    }
    double seconds = (double)(clock_now_ns() - begin) / 1e9;
    printf("{");
    print(&slow, fast.n > 0 ? "slow_" : "");
    print(&fast, "");
    printf("\"seconds\": %.3f, \"client_cpu_us\": %.0f}\n", seconds,
           (double)(clock_cpu_ns() - cpu) / 1e3);
    return 0;
}
