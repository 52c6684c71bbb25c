#include "io/operation.h"
#include "os/plain.h"
#include "ring/number.h"

#include <sley/file.h>
#include <sley/time.h>

#include <errno.h>
#include <fcntl.h>

/* The file's own position. */
#define HERE UINT64_MAX
/* Until one looks again whether a FIFO has a reader. */
#define READER_PAUSE sley_ms(2)

static const struct sl_wait_class open_wait = SL_OPERATION_CLASS("open");
static const struct sl_wait_class read_wait = SL_OPERATION_CLASS("read");
static const struct sl_wait_class write_wait = SL_OPERATION_CLASS("write");
static const struct sl_wait_class fsync_wait = SL_OPERATION_CLASS("fsync");

static int open_once(const char *path, int flags, mode_t mode)
{
    struct sl_operation operation = {.op = {.opcode = IORING_OP_OPENAT,
                                            .fd = AT_FDCWD,
                                            .address = (uint64_t)(uintptr_t)path,
                                            .length = mode,
                                            .flags = (uint32_t)(flags | O_CLOEXEC)}};

    return sl_operation_call(&operation, &open_wait);
}

/* No ring waits for a FIFO's reader: nothing tells that one has come, and a thread that waited
 * would be one less for files. (Of sockets and devices -ENXIO says that they cannot be opened.) */
int sley_open(const char *path, int flags, mode_t mode)
{
    int rc;

    while ((rc = open_once(path, flags, mode)) == -ENXIO && !(flags & O_NONBLOCK) &&
           sl_plain_is_fifo(path))
        if ((rc = sley_sleep(READER_PAUSE)) < 0)
            break;
    return rc;
}

int sley_pipe(int fds[2])
{
    return sl_number_given_two(sl_plain_pipe(fds), fds);
}

SL_INLINE struct sl_operation transfer(uint8_t opcode, int fd, const void *buffer, size_t size,
                                       uint64_t offset)
{
    return (struct sl_operation){.op = {.opcode = opcode,
                                        .fd = fd,
                                        .address = (uint64_t)(uintptr_t)buffer,
                                        .length = sl_operation_length(size),
                                        .offset = offset}};
}

ssize_t sley_read(int fd, void *buffer, size_t size)
{
    struct sl_operation operation = transfer(IORING_OP_READ, fd, buffer, size, HERE);

    if (fd < 0)
        return -EBADF;
    return sl_operation_call(&operation, &read_wait);
}

ssize_t sley_write(int fd, const void *buffer, size_t size)
{
    struct sl_operation operation = transfer(IORING_OP_WRITE, fd, buffer, size, HERE);

    if (fd < 0)
        return -EBADF;
    return sl_operation_call(&operation, &write_wait);
}

ssize_t sley_pread(int fd, void *buffer, size_t size, int64_t offset)
{
    struct sl_operation operation = transfer(IORING_OP_READ, fd, buffer, size, (uint64_t)offset);

    if (fd < 0 || offset < 0)
        return fd < 0 ? -EBADF : -EINVAL;
    return sl_operation_call(&operation, &read_wait);
}

ssize_t sley_pwrite(int fd, const void *buffer, size_t size, int64_t offset)
{
    struct sl_operation operation = transfer(IORING_OP_WRITE, fd, buffer, size, (uint64_t)offset);

    if (fd < 0 || offset < 0)
        return fd < 0 ? -EBADF : -EINVAL;
    return sl_operation_call(&operation, &write_wait);
}

ssize_t sley_write_all(int fd, const void *buffer, size_t size)
{
    struct sl_operation operation = transfer(IORING_OP_WRITE, fd, buffer, size, HERE);

    if (fd < 0)
        return -EBADF;
    return sl_operation_call_all(&operation, size, &write_wait);
}

int sley_fsync(int fd)
{
    struct sl_operation operation = {.op = {.opcode = IORING_OP_FSYNC, .fd = fd}};

    if (fd < 0)
        return -EBADF;
    return sl_operation_call(&operation, &fsync_wait);
}
