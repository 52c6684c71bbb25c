/* Waiting for the first of three; the others are still running afterwards, and it is the caller's
 * affair to cancel them. asyncio: wait(return_when=FIRST_COMPLETED). */
#include <sley.h>

#include <stdio.h>

enum { N = 3 };

static intptr_t runner(void *arg)
{
    int tenths = *(int *)arg;
    int rc = sley_sleep(sley_ms(100 * tenths));
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
    ssize_t done = sley_wait(N, tasks, SLEY_FOREVER, SLEY_FIRST_COMPLETED);
    printf("%zd done, %zd pending\n", done, N - done);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);

    for (int i = 0; i < N; i++) {
        if (sley_future_done(tasks[i]))
            printf("task %d: result %ld\n", i, sley_future_result(tasks[i]));
        else
            sley_future_cancel(tasks[i]);
    }
    sley_wait(N, tasks, SLEY_FOREVER, SLEY_ALL_COMPLETED);
    for (int i = 0; i < N; i++) {
        if (sley_future_cancelled(tasks[i]))
            printf("task %d: cancelled\n", i);
        sley_future_drop(tasks[i]);
    }
    return done < 0 ? done : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
