/* wait: all, the first, the first exception (a cancelled one is none); how many are done is the
 * answer, nobody is cancelled, and a timeout is no error. */
#include "check.h"

#include <errno.h>

static intptr_t after(void *arg)
{
    intptr_t ms = (intptr_t)arg;
    int rc = sley_sleep(sley_ms(ms));

    return rc < 0 ? rc : ms == 4 ? -1004 : ms;
}

static sley_future *f[4];

static void start(void)
{
    for (intptr_t i = 0; i < 4; i++)
        f[i] = sley_ensure_future(SLEY_CORO(after, (void *)(2 * i + 2)));
}

static int finish(void)
{
    CHECK_EQ(sley_wait(4, f, SLEY_FOREVER, SLEY_ALL_COMPLETED), 4);
    for (int i = 0; i < 4; i++) {
        sley_future_exception(f[i]);
        sley_future_drop(f[i]);
    }
    return 0;
}

static int with_timeouts(void)
{
    sley_instant began = sley_time();

    start();
    CHECK_EQ(sley_wait(4, f, sley_ms(5), SLEY_ALL_COMPLETED), 2);
    CHECK_EQ(sley_instant_sub(sley_time(), began).ns, 5000000);
    CHECK(sley_future_done(f[1]) && !sley_future_done(f[2]));
    CHECK_EQ(sley_wait(2, f + 2, sley_ms(0), SLEY_ALL_COMPLETED), 0);
    CHECK_EQ(sley_wait(2, f + 2, sley_ms(-5), SLEY_ALL_COMPLETED), 0);
    CHECK_EQ(sley_instant_sub(sley_time(), began).ns, 5000000);
    CHECK(!sley_future_cancelled(f[2]));
    return finish();
}

TEST_FIBER_WITH(wait_has_three_modes, .virtual_clock = true)
{
    sley_future *same[5];

    start();
    CHECK_EQ(sley_wait(4, f, SLEY_FOREVER, SLEY_FIRST_COMPLETED), 1);
    CHECK(sley_future_done(f[0]));
    CHECK_EQ(sley_time().ns, 2000000);
    CHECK_EQ(sley_wait(4, f, SLEY_FOREVER, SLEY_FIRST_EXCEPTION), 2);
    CHECK_EQ(sley_time().ns, 4000000);
    CHECK_EQ(finish(), 0);
    CHECK_EQ(sley_time().ns, 8000000);

    start();
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_future_cancel(f[0]));
    CHECK_EQ(sley_wait(4, f, SLEY_FOREVER, SLEY_FIRST_EXCEPTION), 2); /* not at the cancelled one */
    CHECK_EQ(sley_future_result(f[1]), -1004);
    CHECK_EQ(finish(), 0);

    start();
    for (int i = 0; i < 5; i++)
        same[i] = f[i % 2];
    CHECK_EQ(sley_wait(5, same, SLEY_FOREVER, SLEY_ALL_COMPLETED), 2); /* duplicates count once */
    CHECK_EQ(sley_wait(0, f, SLEY_FOREVER, SLEY_ALL_COMPLETED), -SLEY_EVALUE);
    CHECK_EQ(finish(), 0);
    return with_timeouts();
}
