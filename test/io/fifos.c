/* FIFOs, the same on every ring: who opens one for writing waits for a reader, unless it is told
 * not to; who reads waits for the first writer, and finds the end when the last has gone. */
#include "io_test.h"

#include <sys/stat.h>

static char path[] = "/tmp/sley-fifo-XXXXXX";

static intptr_t open_to_write(void *arg)
{
    (void)arg;
    return sley_open(path, O_WRONLY, 0);
}

static intptr_t reads(void *arg)
{
    char buffer[8];

    return sley_read(*(int *)arg, buffer, sizeof buffer);
}

TEST_FIBER(fifos)
{
    sley_timeout timeout = SLEY_TIMEOUT_INIT;
    sley_task *task;
    int in, out = 0;

    CHECK(mkdtemp(path) && rmdir(path) == 0);
    CHECK_EQ(mknod(path, S_IFSOCK | 0600, 0), 0);
    CHECK_EQ(sley_open(path, O_WRONLY, 0), -ENXIO); /* not what one waits for */
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(mkfifo(path, 0600), 0);
    CHECK_EQ(sley_open(path, O_WRONLY | O_NONBLOCK, 0), -ENXIO);
    SLEY_TIMEOUT(&timeout, sley_ms(5))
        out = sley_open(path, O_WRONLY, 0);
    CHECK_EQ(out, -SLEY_ETIMEOUT);

    task = sley_create_task(open_to_write, NULL);
    sley_sleep(sley_ms(5));
    CHECK(!sley_future_done(sley_task_future(task)));
    CHECK((in = sley_open(path, O_RDONLY, 0)) >= 0);
    CHECK((out = (int)sley_join(task)) >= 0);
    CHECK_EQ(sley_write(out, "1", 1), 1);
    CHECK_EQ(reads(&in), 1);
    CHECK_EQ(sley_close(out), 0);
    CHECK_EQ(reads(&in), 0);
    CHECK_EQ(sley_close(in), 0);

    /* Not sley_open: where the kernel has forgotten the name that waits for a writer itself. */
    CHECK((in = open(path, O_RDONLY | O_NONBLOCK)) >= 0);
    CHECK_EQ(fcntl(in, F_SETFL, 0), 0);
    CHECK((task = sley_create_task(reads, &in)) != NULL);
    sley_sleep(sley_ms(5));
    CHECK(!sley_future_done(sley_task_future(task)));
    CHECK((out = sley_open(path, O_WRONLY, 0)) >= 0);
    sley_sleep(sley_ms(5));
    CHECK(!sley_future_done(sley_task_future(task)));
    CHECK_EQ(sley_write(out, "2", 1), 1);
    CHECK_EQ(sley_join(task), 1);
    CHECK_EQ(sley_close(out), 0);
    CHECK_EQ(reads(&in), 0);
    CHECK_EQ(sley_close(in), 0);
    CHECK_EQ(unlink(path), 0);
    return 0;
}
