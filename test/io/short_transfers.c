/* send_all and write_all go on after every short transfer, and the bytes arrive in order. */
#include "io_test.h"

#define SIZE (8u << 20)

static unsigned char *text;

static intptr_t send_text(void *arg)
{
    int fd = *(int *)arg;
    ssize_t n = sley_send_all(fd, text, SIZE);

    sley_close(fd);
    return n;
}

static intptr_t write_text(void *arg)
{
    int fd = *(int *)arg;
    ssize_t n = sley_write_all(fd, text, SIZE);

    sley_close(fd);
    return n;
}

static intptr_t arrives(sley_fn *writer, int from, int to)
{
    sley_task *task = sley_create_task(writer, &to);
    size_t total = 0;
    ssize_t n;
    unsigned char buffer[40000];

    while ((n = sley_read(from, buffer, sizeof buffer)) > 0) {
        CHECK_EQ(memcmp(buffer, text + total, (size_t)n), 0);
        total += (size_t)n;
    }
    CHECK_EQ(n, 0);
    CHECK_EQ(total, SIZE);
    CHECK_EQ(sley_join(task), SIZE);
    CHECK_EQ(sley_close(from), 0);
    return 0;
}

TEST_FIBER(short_transfers)
{
    int fds[2];

    text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (unsigned char)(i * 31 + i / 65521);
    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(arrives(send_text, fds[0], fds[1]), 0);
    CHECK_EQ(sley_pipe(fds), 0);
    CHECK_EQ(arrives(write_text, fds[0], fds[1]), 0);
    CHECK_EQ(pair(fds), 0);
    CHECK_EQ(sley_send_all(fds[0], text, 0), 0);
    CHECK_EQ(sley_write_all(fds[0], text, 0), 0);
    sley_close(fds[0]);
    sley_close(fds[1]);
    free(text);
    return 0;
}
