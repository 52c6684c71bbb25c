/* sley/socket.h: sockets. The rules of descriptor.h hold for every call.
 * asyncio: loop.sock_accept(), sock_connect(), sock_recv(), sock_sendall(). */
#ifndef SLEY_SOCKET_H
#define SLEY_SOCKET_H

#include <sley/base.h>
#include <sley/descriptor.h>

#include <sys/socket.h>

SLEY_BEGIN_DECLS

/* Plain system calls that do not wait: a descriptor (close-on-exec) or 0, or -errno. */
int sley_socket(int domain, int type, int protocol);
int sley_bind(int fd, const struct sockaddr *address, socklen_t length);
int sley_listen(int fd, int backlog);
int sley_shutdown(int fd, int how);
/* Pairs of connected sockets. */
int sley_socketpair(int domain, int type, int protocol, int fds[2]);

/* "host:port", numeric: 127.0.0.1:7000, [::1]:7000, :7000 (any address), or unix:/path.
 * listen: a listening socket with SO_REUSEADDR; connect: a connected one with TCP_NODELAY.
 * -EINVAL for an address that cannot be read. */
int sley_listen_tcp(const char *address, int backlog);
SLEY_SUSPENDS int sley_connect_tcp(const char *address);
/* The port that a socket is bound to (for ":0"), or -errno. */
int sley_socket_port(int fd);

/* Waits for a connection and returns its descriptor (close-on-exec; TCP_NODELAY for TCP). When the
 * process has no descriptor left it waits until one may be free and tries again. A connection
 * that arrives together with a cancel is returned. On epoll the listener becomes O_NONBLOCK. */
SLEY_SUSPENDS int sley_accept(int fd);
SLEY_SUSPENDS int sley_connect(int fd, const struct sockaddr *address, socklen_t length);

/* Receives what is there, at most `size` bytes; 0 at the end of the stream. */
SLEY_SUSPENDS ssize_t sley_recv(int fd, void *buffer, size_t size);
/* Sends some of it. Never raises SIGPIPE: -EPIPE. */
SLEY_SUSPENDS ssize_t sley_send(int fd, const void *buffer, size_t size);
/* Sends all of it and returns `size`. If it was cut short after some bytes (cancel, close, error)
 * it returns how many were sent, if that is more than 0; the cause meets the next call. */
SLEY_SUSPENDS ssize_t sley_send_all(int fd, const void *buffer, size_t size);

SLEY_END_DECLS
#endif
