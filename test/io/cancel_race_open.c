/* A cancelled open either opened the file, and says so, or left no descriptor. */
#include "io_test.h"

static intptr_t open_one(void *arg)
{
    return called(sley_open(arg, O_RDONLY, 0));
}

TEST_FIBER(cancel_race_open)
{
    int before = descriptors();
    long opened = 0, cancelled = 0;

    for (long i = 0; i < rounds() || !opened || !cancelled; i++) {
        sley_task *task = task_of_call(open_one, "/proc/self/status");
        int fd;

        CHECK(task != NULL);
        pause_somehow();
        fd = (int)cancel_and_join(task);
        if (fd < 0) {
            CHECK_EQ(fd, -ECANCELED);
            cancelled++;
        } else {
            opened++;
            CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
            CHECK_EQ(sley_close(fd), 0);
        }
    }
    EXPECT_EQ(descriptors(), before);
    EXPECT_IN_FLIGHT(0);
    return 0;
}
