/* Tasks that would await each other in a ring are told, for one, two and three of them; the detail
 * names them. */
#include "check.h"

#include <string.h>

static sley_task *tasks[3];

static intptr_t awaits_itself(void *arg)
{
    (void)arg;
    return sley_task_await(sley_current_task());
}

static intptr_t awaits_next(void *arg)
{
    return sley_task_await(*(sley_task **)arg);
}

static int ring(int n)
{
    static char names[3][8] = {"red", "green", "blue"};
    const char *text;

    for (int i = 0; i < n; i++) {
        sley_task_options options = {.name = names[i]};

        tasks[i] = sley_create_task_with(awaits_next, &tasks[(i + 1) % n], &options);
    }
    /* The last one to await closes the ring, and its error goes round. */
    CHECK_EQ(sley_task_await(tasks[0]), -SLEY_ECYCLE);
    text = sley_error_text(sley_error_detail());
    CHECK(strstr(text, names[n - 1]) && strstr(text, names[0]));
    for (int i = 0; i < n; i++) {
        CHECK_EQ(sley_task_result(tasks[i]), -SLEY_ECYCLE);
        sley_task_drop(tasks[i]);
    }
    return 0;
}

TEST_FIBER(a_ring_of_awaits_is_reported)
{
    ONE_LOOP("cycles of several tasks are found");
    CHECK_EQ(sley_join(sley_create_task(awaits_itself, NULL)), -SLEY_ECYCLE);
    CHECK_EQ(ring(2), 0);
    CHECK_EQ(ring(3), 0);
    CHECK_EQ(sley_task_await(sley_current_task()), -SLEY_ECYCLE);
    return 0;
}
