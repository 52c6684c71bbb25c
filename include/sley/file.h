/* sley/file.h: files and pipes. The rules of descriptor.h hold for every call, except that a
 * cancel or deadline on a regular file is best effort: the kernel may hold the buffer until the
 * operation has ended, and the call returns then. */
#ifndef SLEY_FILE_H
#define SLEY_FILE_H

#include <sley/base.h>
#include <sley/descriptor.h>

SLEY_BEGIN_DECLS

/* open(2), close-on-exec. The path is borrowed for the call. A FIFO for writing is waited for until
 * somebody reads it; one for reading need not be: then its first read waits for a writer. */
SLEY_SUSPENDS int sley_open(const char *path, int flags, mode_t mode);
/* A pipe, close-on-exec: does not suspend. 0 or -errno. */
int sley_pipe(int fds[2]);

SLEY_SUSPENDS ssize_t sley_read(int fd, void *buffer, size_t size);
SLEY_SUSPENDS ssize_t sley_write(int fd, const void *buffer, size_t size);
/* At an offset. Pipes and terminals have none, and are read and written as above, where pread(2)
 * is -ESPIPE: so io_uring has it, and to ask first would cost each call one of the system's. */
SLEY_SUSPENDS ssize_t sley_pread(int fd, void *buffer, size_t size, int64_t offset);
SLEY_SUSPENDS ssize_t sley_pwrite(int fd, const void *buffer, size_t size, int64_t offset);
/* All of it, as sley_send_all. */
SLEY_SUSPENDS ssize_t sley_write_all(int fd, const void *buffer, size_t size);
SLEY_SUSPENDS int sley_fsync(int fd);

SLEY_END_DECLS
#endif
