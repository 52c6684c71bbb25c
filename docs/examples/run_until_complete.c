/* The loop by hand: make one, give it a task before it runs, run it until that task is done, close
 * it. sley_run does all of this.
 * asyncio: new_event_loop, loop.create_task, run_until_complete, close. */
#include <sley.h>

#include <stdio.h>

static intptr_t add(void *arg)
{
    const int *n = arg;
    printf("add begins\n");
    int rc = sley_sleep(sley_ms(500));
    if (rc < 0)
        return rc;
    printf("add ends\n");
    return n[0] + n[1];
}

int main(void)
{
    int n[] = {1, 2};
    sley_loop *loop;
    if (sley_loop_new(&loop, NULL) < 0)
        return 1;
    sley_task *task = sley_loop_create_task(loop, add, n, NULL);
    printf("the loop is %s\n", sley_loop_is_running(loop) ? "running" : "not running");
    intptr_t sum = sley_loop_run_until_complete(loop, sley_task_future(task));
    printf("sum: %ld, the task is %s\n", sum, sley_task_done(task) ? "done" : "pending");
    sley_task_drop(task);

    /* A loop may run again and again until it is closed; a coroutine goes in directly, too. */
    intptr_t again = sley_loop_run_coro(loop, add, n);
    printf("again: %ld\n", again);
    sley_loop_close(loop);
    return sum < 0 || again < 0;
}
