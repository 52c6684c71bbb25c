/* Files: open, read and write at the file's position and at any other, fsync; pipes have none. */
#include "io_test.h"

TEST_FIBER(files)
{
    char path[] = "/tmp/sley-test-XXXXXX", buffer[16] = {0};
    int fd = mkstemp(path), ends[2];

    CHECK(fd >= 0);
    close(fd);
    fd = sley_open(path, O_RDWR | O_TRUNC, 0);
    CHECK(fd >= 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(sley_write_all(fd, "hello world", 11), 11);
    CHECK_EQ(sley_pwrite(fd, "W", 1, 6), 1);
    CHECK_EQ(sley_fsync(fd), 0);
    CHECK_EQ(sley_pread(fd, buffer, 1, 6), 1);
    CHECK_EQ(buffer[0], 'W');
    CHECK_EQ(sley_read(fd, buffer, 5), 0); /* the position is the end */
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    for (ssize_t n, total = 0; total < 11; total += n) {
        n = sley_read(fd, buffer + total, sizeof buffer - (size_t)total);
        CHECK(n > 0);
    }
    CHECK_TEXT(buffer, "hello World");
    CHECK_EQ(sley_pread(fd, buffer, 1, -1), -EINVAL);
    CHECK_EQ(sley_close(fd), 0);
    CHECK_EQ(sley_read(fd, buffer, 1), -EBADF);
    CHECK_EQ(sley_read(-1, buffer, 1), -EBADF);
    CHECK_EQ(sley_fsync(-7), -EBADF);
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(sley_open(path, O_RDONLY, 0), -ENOENT);
    fd = sley_open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);
    CHECK(fd >= 0);
    CHECK_EQ(sley_open(path, O_WRONLY | O_CREAT | O_EXCL, 0640), -EEXIST);
    CHECK_EQ(sley_read(fd, buffer, 1), -EBADF); /* not for reading */
    CHECK_EQ(sley_close(fd), 0);
    CHECK_EQ(unlink(path), 0);

    CHECK_EQ(sley_pipe(ends), 0); /* which has no offsets */
    CHECK_EQ(sley_pwrite(ends[1], "x", 1, 100), 1);
    CHECK_EQ(sley_pread(ends[0], buffer, 1, 200), 1);
    CHECK_EQ(sley_close(ends[0]), 0);
    CHECK_EQ(sley_close(ends[1]), 0);
    return 0;
}
