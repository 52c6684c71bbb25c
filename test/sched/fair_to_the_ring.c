/* Tasks that are always ready do not keep a pipe waiting: its reader goes on while they run. */
#include "check.h"

#include <unistd.h>

static _Atomic bool over;

static intptr_t busy(void *arg)
{
    uint64_t rounds = 0;

    (void)arg;
    while (!over) {
        CHECK(rounds++ < 50000000);
        CHECK_EQ(sley_yield(), 0);
    }
    return 0;
}

static intptr_t reads(void *arg)
{
    char byte = 0;
    ssize_t n = sley_read(*(int *)arg, &byte, 1);

    over = true;
    CHECK_EQ(n, 1);
    CHECK_EQ(byte, 'x');
    return 0;
}

static void writes(void *arg)
{
    (void)!write(*(int *)arg, "x", 1);
}

TEST_FIBER(a_pipe_is_served_between_tasks_that_never_wait)
{
    int ends[2];

    CHECK(pipe(ends) == 0);
    sley_coro coros[3] = {SLEY_CORO(busy, NULL), SLEY_CORO(busy, NULL), SLEY_CORO(reads, &ends[0])};
    CHECK(sley_handle_valid(sley_call_later(sley_ms(2), writes, &ends[1])));
    CHECK_EQ(sley_gather(NULL, 3, coros, 0), 0);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
