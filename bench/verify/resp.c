/* Checks a RESP server's answers while somebody else loads it.
 *
 *     verify-resp PORT SECONDS SEED
 *
 * Several connections send random batches of PING, GET and SET with random binary values, cut into
 * random pieces, over keys of their own, and compare every byte of every answer with a model (one
 * such process at a time, at a fresh server). Prints the number of answers as JSON; exits with 1
 * at the first difference. */
#include "random.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINKS = 8, KEYS = 64, BATCH = 24, VALUE_MAX = 4000, ROOM = BATCH * (VALUE_MAX + 128) };

struct value {
    long len; /* -1: never set */
    char bytes[VALUE_MAX];
};

struct link {
    int fd;
    struct value values[KEYS];
    size_t request_len, expected_len;
    char request[ROOM], expected[ROOM], answer[ROOM];
};

static uint64_t seed;
static struct link links[LINKS];

static void fail(const char *what, size_t at)
{
    printf("verify-resp: %s (byte %zu, errno %d)\n", what, at, errno);
    exit(1);
}

static void append(char *buffer, size_t *len, const void *bytes, size_t n)
{
    memcpy(buffer + *len, bytes, n);
    *len += n;
}

static void append_text(char *buffer, size_t *len, const char *text)
{
    append(buffer, len, text, strlen(text));
}

static void append_bulk(char *buffer, size_t *len, const void *bytes, size_t n)
{
    *len += (size_t)sprintf(buffer + *len, "$%zu\r\n", n);
    append(buffer, len, bytes, n);
    append(buffer, len, "\r\n", 2);
}

/* One more request, and what must come back. */
static void add_request(struct link *link, int number)
{
    char key[32];
    size_t which = random_below(&seed, KEYS);
    struct value *value = &link->values[which];
    size_t key_len = (size_t)sprintf(key, "verify:%d:%zu", number, which);
    unsigned kind = (unsigned)random_below(&seed, 8);
    if (kind == 0) {
        append_text(link->request, &link->request_len, "*1\r\n$4\r\nPING\r\n");
        append_text(link->expected, &link->expected_len, "+PONG\r\n");
    } else if (kind < 4) {
        append_text(link->request, &link->request_len, "*2\r\n$3\r\nGET\r\n");
        append_bulk(link->request, &link->request_len, key, key_len);
        if (value->len < 0)
            append_text(link->expected, &link->expected_len, "$-1\r\n");
        else
            append_bulk(link->expected, &link->expected_len, value->bytes, (size_t)value->len);
    } else {
        /* Mostly short ones; every byte may occur, also the protocol's own. */
        value->len = (long)random_below(&seed, random_below(&seed, 4) ? 64 : VALUE_MAX + 1);
        for (long i = 0; i < value->len; i++)
            value->bytes[i] = (char)(random_below(&seed, 8) ? (int)random_below(&seed, 256)
                                                            : "\r\n$*"[i & 3]);
        append_text(link->request, &link->request_len, "*3\r\n$3\r\nSET\r\n");
        append_bulk(link->request, &link->request_len, key, key_len);
        append_bulk(link->request, &link->request_len, value->bytes, (size_t)value->len);
        append_text(link->expected, &link->expected_len, "+OK\r\n");
    }
}

static void wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    if (poll(&p, 1, 5000) != 1)
        fail("no answer for 5 s", 0);
}

/* Sends the batch in pieces and reads meanwhile, so that neither side's buffer stops the other. */
static void exchange(struct link *link)
{
    size_t sent = 0, got = 0;
    while (got < link->expected_len) {
        if (sent < link->request_len) {
            size_t left = link->request_len - sent;
            size_t piece = random_below(&seed, 3) ? left : 1 + random_below(&seed, left);
            ssize_t n = send(link->fd, link->request + sent, piece, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0)
                sent += (size_t)n;
            else if (n < 0 && errno != EAGAIN)
                fail("send", sent);
        }
        wait_for(link->fd, sent < link->request_len ? POLLIN | POLLOUT : POLLIN);
        ssize_t n = recv(link->fd, link->answer + got, ROOM - got, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            fail("the server closed the connection", got);
        size_t end = n > 0 ? got + (size_t)n : got;
        if (end > link->expected_len)
            fail("more bytes than were asked for", link->expected_len);
        for (; got < end; got++)
            if (link->answer[got] != link->expected[got])
                fail("a wrong byte in an answer", got);
    }
    if (sent < link->request_len)
        fail("an answer before its request", sent);
}

static void open_link(struct link *link, int port)
{
    int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail("connect", 0);
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s PORT SECONDS SEED\n", argv[0]);
        return 2;
    }
    unsigned long long answers = 0, batches = 0;
    time_t end = time(NULL) + 1 + atoi(argv[2]);
    seed = strtoull(argv[3], NULL, 0);
    for (int i = 0; i < LINKS; i++) {
        open_link(&links[i], atoi(argv[1]));
        for (int key = 0; key < KEYS; key++)
            links[i].values[key].len = -1;
    }
    while (time(NULL) < end) {
        int number = (int)random_below(&seed, LINKS);
        struct link *link = &links[number];
        unsigned n = 1 + (unsigned)random_below(&seed, BATCH);
        link->request_len = 0;
        link->expected_len = 0;
        for (unsigned i = 0; i < n; i++)
            add_request(link, number);
        exchange(link);
        answers += n;
        batches++;
        /* Now and then a new connection: the values must still be there. */
        if (random_below(&seed, 500) == 0) {
            close(link->fd);
            open_link(link, atoi(argv[1]));
        }
    }
    printf("{\"answers\": %llu, \"batches\": %llu}\n", answers, batches);
    return 0;
}
