/* close(2) gives a number back without our being told. Who has it next from a call of sley's does
 * not wait for the file that it was: epoll's ring remembers what it has registered. */
#include "check.h"

#include "os/sys.h"

#include <sys/socket.h>
#include <unistd.h>

static intptr_t receives(void *ends)
{
    char byte;

    return sley_recv(*(int *)ends, &byte, 1);
}

static intptr_t reads(void *ends)
{
    char byte;

    return sley_read(*(int *)ends, &byte, 1);
}

/* How long it takes to wake who waits. */
static int64_t exchange(sley_fn *fn, int *ends)
{
    sley_task *task = sley_create_task(fn, ends);
    int64_t began;

    sley_sleep(sley_ms(2));
    began = sl_sys.clock_now();
    EXPECT(write(ends[1], "x", 1) == 1);
    EXPECT_EQ(sley_join(task), 1);
    close(ends[0]);
    close(ends[1]);
    return sl_sys.clock_now() - began;
}

TEST_FIBER(a_number_that_is_given_again_is_another_ones)
{
    int64_t sockets = INT64_MAX, pipes = INT64_MAX, took;
    int ends[2];

    for (int i = 0; i < 6; i++) {
        CHECK_EQ(sley_socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        took = exchange(receives, ends);
        if (i && took < sockets)
            sockets = took;
    }
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(sley_pipe(ends), 0);
        took = exchange(reads, ends);
        if (i && took < pipes)
            pipes = took;
    }
    if (sl_test_timed()) {
        EXPECT(sockets < 20000000);
        EXPECT(pipes < 20000000);
    }
    return 0;
}
