/* The figures of the running loop. */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static intptr_t yields(void *arg)
{
    CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

TEST_FIBER(the_loop_has_figures)
{
    ONE_LOOP("each operation is counted at once");
    sley_stats before = {.size = sizeof before}, after = {.size = sizeof after};
    sley_stats wrong = {.size = 8};
    sley_task *task;
    int ends[2];
    char byte;

    CHECK_EQ(sley_stats_get(&wrong), -EINVAL);
    CHECK(pipe(ends) == 0);
    CHECK_EQ(sley_stats_get(&before), 0);
    CHECK_EQ(before.tasks, 1);
    task = sley_create_task(yields, NULL);
    CHECK(sley_handle_valid(sley_call_later(sley_s(99), NULL, NULL)) == false);
    CHECK_EQ(sley_stats_get(&after), 0);
    CHECK_EQ(after.tasks, 2);
    CHECK_EQ(after.tasks_created, before.tasks_created + 1);
    CHECK_EQ(sley_join(task), 0);
    CHECK_EQ(sley_write(ends[1], "x", 1), 1);
    CHECK_EQ(sley_read(ends[0], &byte, 1), 1);
    CHECK_EQ(sley_sleep(sley_us(100)), 0);
    CHECK_EQ(sley_stats_get(&after), 0);
    CHECK_EQ(after.tasks, 1);
    CHECK(after.dispatches >= before.dispatches + 3);
    CHECK(after.passes > before.passes);
    CHECK_EQ(after.submitted, before.submitted + 2);
    CHECK_EQ(after.completed, before.completed + 2);
    CHECK_EQ(after.in_flight, 0);
    if (!sl_test_simulated())
        CHECK(after.enters > before.enters);
    CHECK_EQ(after.stacks, 2);
    CHECK_EQ(after.memory_resident, 0); /* sley-jemalloc is not linked */
    CHECK(strcmp(sley_version(), "") != 0);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
