/* A task gets the stack that it asks for: 4 MiB take what 256 KiB could not. */
#include "check.h"

#include <string.h>

__attribute__((noinline)) static intptr_t use(size_t kilobytes)
{
    volatile char room[1024];

    memset((char *)room, 1, sizeof room);
    return kilobytes ? room[7] + use(kilobytes - 1) : 0;
}

static intptr_t deep(void *arg)
{
    return use(*(size_t *)arg);
}

TEST_FIBER(a_task_gets_the_stack_that_it_asks_for)
{
    size_t kilobytes = sl_test_slow() ? 500 : 2000;
    sley_task_options large = {.stack_size = 4u << 20}, too_large = {.stack_size = 1u << 30};
    sley_task *task = sley_create_task_with(deep, &kilobytes, &large);

    CHECK(task != NULL);
    CHECK_EQ(sley_join(task), kilobytes);
    CHECK(sley_create_task_with(deep, &kilobytes, &too_large) == NULL);
    return 0;
}
