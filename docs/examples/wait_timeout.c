/* Two ways to wait no longer than 0.7 s: wait says who is done and cancels nobody, wait_for cancels
 * what it waits for and fails. asyncio: wait(timeout=...), wait_for, TimeoutError. */
#include <sley.h>

#include <stdio.h>

enum { N = 3 };

static intptr_t runner(void *arg)
{
    int tenths = *(int *)arg;
    int rc = sley_sleep(sley_ms(100 * tenths));
    if (rc == -ECANCELED)
        printf("the runner of %d tenths is stopped\n", tenths);
    if (rc < 0)
        return rc;
    printf("the runner of %d tenths is there\n", tenths);
    return tenths;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int tenths[N] = {15, 5, 10};
    sley_future *tasks[N];
    for (int i = 0; i < N; i++)
        tasks[i] = sley_ensure_future(SLEY_CORO(runner, &tenths[i]));

    sley_instant start = sley_time();
    ssize_t done = sley_wait(N, tasks, sley_ms(700), SLEY_ALL_COMPLETED);
    printf("%zd done, %zd pending\n", done, N - done);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);

    sley_wait(N, tasks, SLEY_FOREVER, SLEY_ALL_COMPLETED);
    for (int i = 0; i < N; i++)
        sley_future_drop(tasks[i]);

    start = sley_time();
    intptr_t rc = sley_wait_for_coro(SLEY_CORO(runner, &tenths[0]), sley_ms(700));
    if (rc == -SLEY_ETIMEOUT)
        printf("wait_for timed out\n");
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return done < 0 ? done : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
