/* The raw io_uring server: single-shot recv and send, everything queued is given to the kernel by
 * the call that waits. */
#include "server.h"

#include <errno.h>
#include <liburing.h>
#include <unistd.h>

enum kind { ACCEPT, RECV, SEND, CONTROL, KINDS = 7 }; /* in the low bits of user_data */

struct client {
    int fd;
    size_t sent;  /* of conn.out, which is kept until all of it is sent */
    bool more;    /* `in` still holds requests: `out` was full */
    struct conn conn;
};

static const struct protocol *protocol;
static struct io_uring ring;
static int listener;
static char control_line[64];

static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe;
    while ((sqe = io_uring_get_sqe(&ring)) == NULL) {
        server_calls++;
        io_uring_submit(&ring);
    }
    return sqe;
}

/* After the entry was prepared: some versions of liburing clear user_data there. */
static void tag(struct io_uring_sqe *sqe, struct client *client, enum kind kind)
{
    sqe->user_data = (uint64_t)(uintptr_t)client | kind;
}

static void queue_recv(struct client *client)
{
    struct io_uring_sqe *sqe = entry();
    struct conn *conn = &client->conn;
    io_uring_prep_recv(sqe, client->fd, conn->in + conn->in_len, CONN_IN - conn->in_len, 0);
    tag(sqe, client, RECV);
}

static void queue_send(struct client *client)
{
    struct io_uring_sqe *sqe = entry();
    struct conn *conn = &client->conn;
    io_uring_prep_send(sqe, client->fd, conn->out + client->sent, conn->out_len - client->sent,
                       MSG_WAITALL | MSG_NOSIGNAL);
    tag(sqe, client, SEND);
}

static void queue_accept(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    tag(sqe, NULL, ACCEPT);
}

static void queue_control(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_read(sqe, STDIN_FILENO, control_line, sizeof control_line, 0);
    tag(sqe, NULL, CONTROL);
}

static void drop(struct client *client)
{
    close(client->fd);
    free(client);
}

/* Answers what `in` holds, or waits for more. */
static void serve(struct client *client)
{
    client->more = protocol->serve(&client->conn);
    if (client->conn.out_len > 0)
        queue_send(client);
    else if (client->conn.closing)
        drop(client);
    else
        queue_recv(client);
}

static void accepted(int fd)
{
    struct client *client = malloc(sizeof *client);
    if (client == NULL) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->sent = 0;
    conn_init(&client->conn);
    server_no_delay(fd);
    queue_recv(client);
}

static void sent(struct client *client, int n)
{
    if (n <= 0) {
        drop(client);
        return;
    }
    client->sent += (size_t)n;
    if (client->sent < client->conn.out_len) {
        queue_send(client);
        return;
    }
    client->sent = 0;
    client->conn.out_len = 0;
    if (client->conn.closing)
        drop(client);
    else if (client->more)
        serve(client);
    else
        queue_recv(client);
}

static void completed(const struct io_uring_cqe *cqe)
{
    struct client *client = (struct client *)(uintptr_t)(cqe->user_data & ~(uint64_t)KINDS);
    switch ((enum kind)(cqe->user_data & KINDS)) {
    case RECV:
        if (cqe->res > 0) {
            client->conn.in_len += (size_t)cqe->res;
            serve(client);
        } else {
            drop(client);
        }
        break;
    case SEND:
        sent(client, cqe->res);
        break;
    case ACCEPT:
        if (cqe->res >= 0)
            accepted(cqe->res);
        if (!(cqe->flags & IORING_CQE_F_MORE))
            queue_accept();
        break;
    default:
        server_control(cqe->res);
        queue_control();
        break;
    }
}

int main(int argc, char **argv)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = 8192,
    };
    int port;
    protocol = server_arguments(argc, argv, &port);
    errno = -io_uring_queue_init_params(1024, &ring, &params);
    if (errno != 0)
        server_die("io_uring_queue_init");
    io_uring_register_ring_fd(&ring);
    listener = server_listen(port);
    queue_accept();
    queue_control();
    for (;;) {
        struct io_uring_cqe *cqe;
        unsigned head, n = 0;
        server_calls++;
        server_passes++;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_for_each_cqe(&ring, head, cqe) {
            completed(cqe);
            n++;
        }
        io_uring_cq_advance(&ring, n);
    }
}
