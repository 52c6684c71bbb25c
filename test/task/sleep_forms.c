/* sleep waits as long as it is told, zero and less lets the others run once, and a result can be
 * passed through; a cancelled sleep leaves no timer. */
#include "check.h"

#include "trail.h"

#include <errno.h>

static intptr_t sleeps(void *arg)
{
    (void)arg;
    return sley_sleep(sley_s(60));
}

TEST_FIBER(sleep_waits_as_long_as_it_is_told)
{
    ONE_LOOP(ITS_ORDER);
    sley_instant began = sley_time();
    sley_stats stats = {.size = sizeof stats};
    sley_task *task;

    CHECK_EQ(sley_sleep(sley_ms(3)), 0);
    CHECK(sley_instant_sub(sley_time(), began).ns >= 3000000);
    CHECK_EQ(sley_sleep_result(sley_us(1), 77), 77);
    CHECK_EQ(sley_sleep_until(began), 0); /* past */
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "x")));
    CHECK_EQ(sley_sleep(sley_ms(0)), 0);
    CHECK_TEXT(trail, "x");
    CHECK(sley_handle_valid(sley_call_soon(mark_it, "y")));
    CHECK_EQ(sley_sleep(sley_ms(-4)), 0);
    CHECK_TEXT(trail, "x y");

    task = sley_create_task(sleeps, NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.timers, 1);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.timers, 0);
    return 0;
}
