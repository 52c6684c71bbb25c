/* Names, the coroutine, the context and the future of a task can be asked. */
#include "check.h"

static intptr_t task(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t name_of_itself(void *arg)
{
    CHECK_TEXT(sley_task_get_name(sley_current_task()), "worker 1");
    sley_task_set_name(sley_current_task(), "renamed");
    return (intptr_t)arg;
}

TEST_FIBER(tasks_have_names)
{
    sley_task_options options = {.name = "worker 1"};
    SLEY_AUTO(sley_task) unnamed = sley_create_task(task, (void *)4);
    SLEY_AUTO(sley_task) named = sley_create_task_with(name_of_itself, NULL, &options);
    sley_coro coro = sley_task_get_coro(unnamed);

    CHECK_TEXT(sley_task_get_name(sley_current_task()), "main");
    CHECK_TEXT(sley_task_get_name(unnamed), "task");
    if (!sl_test_many()) /* perhaps it has run */
        CHECK_TEXT(sley_task_get_name(named), "worker 1");
    CHECK(coro.fn == task && coro.arg == (void *)4);
    CHECK_EQ(sley_task_await(named), 0);
    CHECK_TEXT(sley_task_get_name(named), "renamed");
    sley_task_set_name(named, NULL);
    CHECK_TEXT(sley_task_get_name(named), "task");
    CHECK(sley_task_future(NULL) == NULL);
    CHECK(sl_test_many() ||
          sley_future_get_loop(sley_task_future(unnamed)) == sley_get_running_loop());
    return 0;
}
