#include "os/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* errno's address is the thread's, and a constant to the compiler: inlined into what suspends, by
 * link-time optimisation, it would outlive the suspension. */
static SL_NOINLINE int plain_error(void)
{
    return -errno;
}

/* A system call's -1 becomes -errno. */
#define PLAIN(call)                    \
    ({                                 \
        __typeof__(call) r_ = (call);  \
        r_ < 0 ? plain_error() : r_;   \
    })

int sl_plain_poll(struct pollfd *fds, unsigned n, int64_t timeout_ns)
{
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};

    return PLAIN(ppoll(fds, n, timeout_ns < 0 ? NULL : &timeout, NULL));
}

void sl_plain_sleep(int64_t ns)
{
    sl_plain_poll(NULL, 0, ns);
}

int sl_plain_pipe(int fds[2])
{
    return PLAIN(pipe2(fds, O_CLOEXEC));
}

int sl_plain_nonblocking(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return plain_error();
    if (!!(flags & O_NONBLOCK) != on && fcntl(fd, F_SETFL, flags ^ O_NONBLOCK) < 0)
        return plain_error();
    return !!(flags & O_NONBLOCK);
}

bool sl_plain_is_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && flags & O_NONBLOCK;
}

bool sl_plain_is_stream(int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return false;
    if (S_ISSOCK(status.st_mode))
        return sl_plain_get_option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
    return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode);
}

bool sl_plain_is_regular(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
}

bool sl_plain_is_fifo(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

ssize_t sl_plain_read(int fd, void *buffer, size_t size, int64_t offset)
{
    return PLAIN(offset < 0 ? read(fd, buffer, size) : pread(fd, buffer, size, offset));
}

ssize_t sl_plain_write(int fd, const void *buffer, size_t size, int64_t offset)
{
    return PLAIN(offset < 0 ? write(fd, buffer, size) : pwrite(fd, buffer, size, offset));
}

ssize_t sl_plain_read_now(int fd, void *buffer, size_t size, int64_t offset)
{
    struct iovec to = {buffer, size};

    return PLAIN(preadv2(fd, &to, 1, offset, RWF_NOWAIT));
}

ssize_t sl_plain_write_now(int fd, const void *buffer, size_t size, int64_t offset)
{
    struct iovec from = {(void *)(uintptr_t)buffer, size};

    return PLAIN(pwritev2(fd, &from, 1, offset, RWF_NOWAIT));
}

ssize_t sl_plain_recv(int fd, void *buffer, size_t size, int flags)
{
    return PLAIN(recv(fd, buffer, size, flags | MSG_DONTWAIT));
}

ssize_t sl_plain_send(int fd, const void *buffer, size_t size, int flags)
{
    return PLAIN(send(fd, buffer, size, flags | MSG_DONTWAIT));
}

int sl_plain_open(int at, const char *path, int flags, mode_t mode)
{
    return PLAIN(openat(at, path, flags, mode));
}

int sl_plain_fsync(int fd, bool data_only)
{
    return PLAIN(data_only ? fdatasync(fd) : fsync(fd));
}

int sl_plain_socket(int domain, int type, int protocol)
{
    return PLAIN(socket(domain, type | SOCK_CLOEXEC, protocol));
}

int sl_plain_socketpair(int domain, int type, int protocol, int fds[2])
{
    return PLAIN(socketpair(domain, type | SOCK_CLOEXEC, protocol, fds));
}

int sl_plain_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return PLAIN(bind(fd, address, length));
}

int sl_plain_listen(int fd, int backlog)
{
    return PLAIN(listen(fd, backlog));
}

int sl_plain_accept(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    return PLAIN(accept4(fd, address, length, flags));
}

int sl_plain_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    return PLAIN(connect(fd, address, length));
}

int sl_plain_shutdown(int fd, int how)
{
    return PLAIN(shutdown(fd, how));
}

int sl_plain_option(int fd, int level, int name, int value)
{
    return PLAIN(setsockopt(fd, level, name, &value, sizeof value));
}

int sl_plain_get_option(int fd, int level, int name)
{
    int value = 0;
    socklen_t length = sizeof value;

    return getsockopt(fd, level, name, &value, &length) < 0 ? plain_error() : value;
}

int sl_plain_name(int fd, struct sockaddr *address, socklen_t *length)
{
    return PLAIN(getsockname(fd, address, length));
}

void *sl_plain_map_ring(int fd, size_t bytes, int64_t offset)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);

    if (memory == MAP_FAILED)
        return NULL;
    /* A child that wrote into it would submit in its parent's name. */
    madvise(memory, bytes, MADV_DONTFORK);
    return memory;
}

void sl_plain_unmap(void *memory, size_t bytes)
{
    munmap(memory, bytes);
}

SL_NOINLINE void sl_plain_ring(int fd)
{
    static const uint64_t one = 1;
    int saved = errno;
    /* It fails only when the counter is full: then the doorbell has been rung. */
    ssize_t written = write(fd, &one, sizeof one);

    (void)written;
    errno = saved;
}

ssize_t sl_plain_text(const char *path, char *text, size_t size)
{
    int fd = sl_plain_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = sl_plain_read(fd, text, size - 1, -1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    return n;
}

int64_t sl_plain_number(const char *path)
{
    char text[32];
    ssize_t n = sl_plain_text(path, text, sizeof text);

    if (n <= 0)
        return n < 0 ? n : -ENODATA;
    return strtoll(text, NULL, 10);
}

int64_t sl_plain_descriptor_limit(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) ? plain_error() : (int64_t)limit.rlim_max;
}

/* Not inlined, for errno's sake, as above. */
SL_NOINLINE void sl_plain_futex_wait(const void *word, uint32_t value)
{
    int saved = errno;

    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
    errno = saved;
}

SL_NOINLINE void sl_plain_futex_wake(const void *word)
{
    int saved = errno;

    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved;
}

void sl_plain_peek(void *into, const void *from, size_t size)
{
    struct iovec to = {into, size}, at = {(void *)(uintptr_t)from, size};

    memset(into, 0, size);
    /* The memory may end behind the string. */
    while (to.iov_len && process_vm_readv(getpid(), &to, 1, &at, 1, 0) < 0) {
        to.iov_len /= 2;
        at.iov_len /= 2;
    }
}

void sl_plain_yield(void)
{
    sched_yield();
}
