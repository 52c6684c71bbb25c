/* The raw epoll server: level-triggered, one recv and one send per turn of a connection. */
#include "server.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

struct client {
    int fd;
    uint32_t watched; /* events */
    size_t sent;      /* of conn.out, which is kept until all of it is sent */
    bool more;        /* `in` still holds requests: `out` was full */
    struct conn conn;
};

static const struct protocol *protocol;
static int poller;
static struct client listener, control; /* named by their descriptors alone */

static void watch(struct client *client, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};
    server_calls += how == EPOLL_CTL_MOD;
    if (epoll_ctl(poller, how, client->fd, &event) != 0)
        server_die("epoll_ctl");
}

static void drop(struct client *client)
{
    close(client->fd);
    free(client);
}

/* Sends `out`: 1 all of it, 0 the socket is full, -1 the peer is gone. */
static int flush(struct client *client)
{
    while (client->sent < client->conn.out_len) {
        server_calls++;
        ssize_t n = send(client->fd, client->conn.out + client->sent,
                         client->conn.out_len - client->sent, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        client->sent += (size_t)n;
    }
    client->conn.out_len = 0;
    client->sent = 0;
    return 1;
}

/* Sends what is left, answers what `in` holds, and watches for what it then waits for. */
static void serve(struct client *client)
{
    int sent = flush(client);
    while (sent > 0 && client->more && !client->conn.closing) {
        client->more = protocol->serve(&client->conn);
        sent = flush(client);
    }
    if (sent < 0 || (sent > 0 && client->conn.closing)) {
        drop(client);
        return;
    }
    uint32_t events = sent == 0 ? EPOLLOUT : EPOLLIN;
    if (events != client->watched) {
        client->watched = events;
        watch(client, EPOLL_CTL_MOD, events);
    }
}

static void receive(struct client *client)
{
    struct conn *conn = &client->conn;
    server_calls++;
    ssize_t n = recv(client->fd, conn->in + conn->in_len, CONN_IN - conn->in_len, 0);
    if (n > 0) {
        conn->in_len += (size_t)n;
        client->more = true;
        serve(client);
    } else if (n == 0 || errno != EAGAIN) {
        drop(client);
    }
}

static void take(void)
{
    int fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct client *client = malloc(sizeof *client);
    if (client == NULL) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->watched = EPOLLIN;
    client->sent = 0;
    client->more = false;
    conn_init(&client->conn);
    server_no_delay(fd);
    watch(client, EPOLL_CTL_ADD, EPOLLIN);
}

int main(int argc, char **argv)
{
    struct epoll_event events[256];
    char line[64];
    int port;
    protocol = server_arguments(argc, argv, &port);
    poller = epoll_create1(EPOLL_CLOEXEC);
    listener.fd = server_listen(port);
    control.fd = STDIN_FILENO;
    watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
    watch(&control, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        server_calls++;
        server_passes++;
        int n = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < n; i++) {
            struct client *client = events[i].data.ptr;
            if (client == &listener)
                take();
            else if (client == &control)
                server_control(read(STDIN_FILENO, line, sizeof line));
            else if (events[i].events & EPOLLOUT)
                serve(client);
            else
                receive(client);
        }
    }
}
