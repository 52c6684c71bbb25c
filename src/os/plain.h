/* os/plain.h: the plain system calls beside the ring. None of them waits.
 *
 * Each returns a value >= 0 or -errno: the rooms that use them never see errno. The simulated ring
 * performs its operations with them, io/ makes, names and closes descriptors. */
#ifndef SL_OS_PLAIN_H
#define SL_OS_PLAIN_H

#include "base/check.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* ---- descriptors ---- */
int sl_plain_poll(struct pollfd *fds, unsigned n, int64_t timeout_ns); /* negative: for ever */
void sl_plain_sleep(int64_t ns);
int sl_plain_pipe(int fds[2]);
/* Sets or clears O_NONBLOCK and returns whether it was set. */
int sl_plain_nonblocking(int fd, bool on);
bool sl_plain_is_nonblocking(int fd);
/* May a transfer be cut short without losing anything? False for datagrams, events, devices. */
bool sl_plain_is_stream(int fd);
bool sl_plain_is_regular(int fd);
bool sl_plain_is_fifo(const char *path);

/* ---- transfers: offset -1 is the file's own position ---- */
ssize_t sl_plain_read(int fd, void *buffer, size_t size, int64_t offset);
ssize_t sl_plain_write(int fd, const void *buffer, size_t size, int64_t offset);
/* The same on a file that may be a blocking one: -EAGAIN; -EOPNOTSUPP: the kernel cannot say. */
ssize_t sl_plain_read_now(int fd, void *buffer, size_t size, int64_t offset);
ssize_t sl_plain_write_now(int fd, const void *buffer, size_t size, int64_t offset);
ssize_t sl_plain_recv(int fd, void *buffer, size_t size, int flags);
ssize_t sl_plain_send(int fd, const void *buffer, size_t size, int flags);
int sl_plain_open(int at, const char *path, int flags, mode_t mode);
int sl_plain_fsync(int fd, bool data_only);

/* ---- sockets ---- */
int sl_plain_socket(int domain, int type, int protocol); /* close-on-exec */
int sl_plain_socketpair(int domain, int type, int protocol, int fds[2]);
int sl_plain_bind(int fd, const struct sockaddr *address, socklen_t length);
int sl_plain_listen(int fd, int backlog);
int sl_plain_accept(int fd, struct sockaddr *address, socklen_t *length, int flags);
int sl_plain_connect(int fd, const struct sockaddr *address, socklen_t length);
int sl_plain_shutdown(int fd, int how);
int sl_plain_option(int fd, int level, int name, int value);
int sl_plain_get_option(int fd, int level, int name); /* its value, or -errno */
int sl_plain_name(int fd, struct sockaddr *address, socklen_t *length);

/* ---- the ring's own ---- */
/* Maps `bytes` of a ring, not inherited by children; or NULL. */
void *sl_plain_map_ring(int fd, size_t bytes, int64_t offset);
void sl_plain_unmap(void *memory, size_t bytes);
/* Adds one to an eventfd. Any thread and signal handlers: errno is left as it was. */
void sl_plain_ring(int fd);
/* The text of a small file, as much as fits, ended by a 0: its length, or -errno. */
ssize_t sl_plain_text(const char *path, char *text, size_t size);
/* The number in a file of one number (/proc/sys/...), or -errno. */
int64_t sl_plain_number(const char *path);
/* Blocks the thread while *word is `value`, or for less; and wakes one that does. The address of a
 * word that is gone does no harm to who wakes. */
void sl_plain_futex_wait(const void *word, uint32_t value);
void sl_plain_futex_wake(const void *word);
/* Gives the processor to another thread, if one is ready. */
void sl_plain_yield(void);
/* The hard limit of descriptors. */
int64_t sl_plain_descriptor_limit(void);

/* Copies memory that may not be there, as far as it is; the rest is zero. */
void sl_plain_peek(void *into, const void *from, size_t size);

#endif
