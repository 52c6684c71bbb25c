/* Without address space for its stack a task cannot be created: its spawner is told, nothing else
 * is disturbed, and tasks that exist already can begin. */
#include "check.h"

#include "os/sys.h"

#include <errno.h>

static void *(*real_map)(size_t bytes);
static bool refuse;

static void *map(size_t bytes)
{
    return refuse ? NULL : real_map(bytes);
}

static intptr_t seven(void *arg)
{
    (void)arg;
    return 7;
}

TEST_FIBER(the_spawner_hears_of_no_memory)
{
    ONE_LOOP("no other worker maps its own meanwhile");
    sley_task_options rare = {.stack_size = 32 << 10}; /* a class that nobody has bought yet */
    sley_task_options other = {.stack_size = 64 << 10};
    sley_coro coros[2] = {SLEY_CORO(seven, NULL), SLEY_CORO(seven, NULL)};
    intptr_t words[2] = {0, 0};
    sley_task *promised = sley_create_task_with(seven, NULL, &rare);
    sley_stats stats = {.size = sizeof stats};
    uint64_t alive;

    CHECK(promised != NULL);
    CHECK_EQ(sley_stats_get(&stats), 0);
    alive = stats.tasks;
    real_map = sl_sys.map;
    sl_sys.map = map;
    refuse = true;
    CHECK(sley_create_task_with(seven, NULL, &other) == NULL);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.tasks, alive);
    CHECK_EQ(sley_join(promised), 7); /* binding a stack asks for nothing */
    refuse = false;
    promised = sley_create_task_with(seven, NULL, &other);
    CHECK(promised != NULL);
    CHECK_EQ(sley_join(promised), 7);
    CHECK_EQ(sley_gather(words, 2, coros, 0), 0);
    CHECK_EQ(words[0] + words[1], 14);
    sl_sys.map = real_map;
    return 0;
}
