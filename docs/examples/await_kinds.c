/* The three things that can be awaited: a coroutine, a task, a future. SLEY_AWAIT chooses by type
 * among sley_coro_await, sley_task_await and sley_await. asyncio: await, Task, Future. */
#include <sley.h>

#include <stdio.h>

static intptr_t square(void *arg)
{
    intptr_t n = *(int *)arg;
    int rc = sley_sleep(sley_ms(100));
    return rc < 0 ? rc : n * n;
}

static void set_result(void *arg)
{
    sley_future_set_result(arg, 36);
}

static intptr_t program(void *arg)
{
    (void)arg;
    int four = 4, five = 5;

    sley_coro coro = SLEY_CORO(square, &four);
    printf("coroutine: %ld\n", SLEY_AWAIT(coro));

    SLEY_AUTO(sley_task) task = sley_create_task(square, &five);
    printf("the task is %s\n", sley_task_done(task) ? "done" : "pending");
    printf("task: %ld\n", SLEY_AWAIT(task));
    printf("the task is %s\n", sley_task_done(task) ? "done" : "pending");

    SLEY_AUTO(sley_future) future = sley_future_new();
    sley_call_later(sley_ms(100), set_result, future);
    printf("future: %ld\n", SLEY_AWAIT(future));
    printf("again: %ld\n", SLEY_AWAIT(future)); /* a result stays */
    return 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
