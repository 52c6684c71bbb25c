#include "io/operation.h"
#include "io/socket.h"
#include "io/table.h"
#include "os/plain.h"
#include "ring/number.h"

#include <sley/error.h>
#include <sley/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static const struct sl_wait_class accept_wait = SL_OPERATION_CLASS("accept");
static const struct sl_wait_class connect_wait = SL_OPERATION_CLASS("connect");
static const struct sl_wait_class recv_wait = SL_OPERATION_CLASS("recv");
static const struct sl_wait_class send_wait = SL_OPERATION_CLASS("send");

/* ---- what does not wait ---- */

int sley_socket(int domain, int type, int protocol)
{
    return sl_number_given(sl_plain_socket(domain, type, protocol));
}

int sley_socketpair(int domain, int type, int protocol, int fds[2])
{
    return sl_number_given_two(sl_plain_socketpair(domain, type, protocol, fds), fds);
}

int sley_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return sl_plain_bind(fd, address, length);
}

int sley_listen(int fd, int backlog)
{
    return sl_plain_listen(fd, backlog);
}

int sley_shutdown(int fd, int how)
{
    return sl_plain_shutdown(fd, how);
}

void sl_socket_no_delay(int fd)
{
    sl_plain_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* fails on what is not TCP */
}

/* ---- accept ---- */

static int accept_one(struct sley_loop **loop, int fd)
{
    for (;;) {
        struct sl_operation operation = {
            .op = {.opcode = IORING_OP_ACCEPT, .fd = fd, .flags = SOCK_CLOEXEC}};
        int rc = sl_operation_run(loop, &operation, &accept_wait);

        if (SL_LIKELY(rc >= 0)) {
            sl_socket_no_delay(rc);
            return rc;
        }
        if (sl_starved(rc))
            rc = sl_starved_wait(loop);
        else if (rc == -ECONNABORTED || rc == -EPROTO)
            rc = 0; /* that connection's end before it was accepted */
        if (rc < 0)
            return rc;
    }
}

int sley_accept(int fd)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (SL_LIKELY(loop->current != NULL))
        rc = fd < 0 ? -EBADF : accept_one(&loop, fd);
    sl_leave(loop);
    return rc;
}

/* ---- connect ---- */

/* A cancelled connect has no effect: the attempt that still goes on in the kernel is dissolved. */
static void forget_attempt(int fd)
{
    static const struct sockaddr none = {.sa_family = AF_UNSPEC};

    sl_plain_connect(fd, &none, sizeof none);
}

static int connect_one(struct sley_loop **loop, int fd, const struct sockaddr *address,
                       socklen_t length)
{
    struct sl_operation operation = {.op = {.opcode = IORING_OP_CONNECT,
                                            .fd = fd,
                                            .address = (uint64_t)(uintptr_t)address,
                                            .offset = length}};
    int rc;
    struct sl_ring *ring = sl_worker_ring(*loop, &rc);

    if (!ring)
        return rc;
    /* Held over the whole call: at its end the number must still be this socket's. */
    rc = sl_table_begin(fd, ring->id);
    if (rc < 0)
        return rc;
    rc = sl_operation_run(loop, &operation, &connect_wait);
    if (operation.wait.taken && operation.loop)
        forget_attempt(fd);
    if (sl_table_end(fd))
        sl_starved_freed(*loop);
    return rc;
}

int sley_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (SL_LIKELY(loop->current != NULL))
        rc = fd < 0 ? -EBADF : connect_one(&loop, fd, address, length);
    sl_leave(loop);
    return rc;
}

/* ---- transfers ---- */

ssize_t sley_recv(int fd, void *buffer, size_t size)
{
    struct sl_operation operation = {.op = {.opcode = IORING_OP_RECV,
                                            .fd = fd,
                                            .address = (uint64_t)(uintptr_t)buffer,
                                            .length = sl_operation_length(size)}};

    if (SL_UNLIKELY(fd < 0))
        return -EBADF;
    return sl_operation_call(&operation, &recv_wait);
}

ssize_t sley_send(int fd, const void *buffer, size_t size)
{
    struct sl_operation operation = {.op = {.opcode = IORING_OP_SEND,
                                            .fd = fd,
                                            .address = (uint64_t)(uintptr_t)buffer,
                                            .length = sl_operation_length(size),
                                            .flags = MSG_NOSIGNAL}};

    if (SL_UNLIKELY(fd < 0))
        return -EBADF;
    return sl_operation_call(&operation, &send_wait);
}

ssize_t sley_send_all(int fd, const void *buffer, size_t size)
{
    /* MSG_WAITALL: the kernel goes on by itself after a short transfer, most of the time. */
    struct sl_operation operation = {.op = {.opcode = IORING_OP_SEND,
                                            .fd = fd,
                                            .address = (uint64_t)(uintptr_t)buffer,
                                            .flags = MSG_NOSIGNAL | MSG_WAITALL}};

    if (SL_UNLIKELY(fd < 0))
        return -EBADF;
    return sl_operation_call_all(&operation, size, &send_wait);
}
