/* Waiting until one fails, or all have ended: the first success does not end this wait, the first
 * error does. asyncio: wait(return_when=FIRST_EXCEPTION). */
#include <sley.h>

#include <stdio.h>

enum { N = 3 };

static intptr_t runner(void *arg)
{
    int tenths = *(int *)arg;
    int rc = sley_sleep(sley_ms(100 * tenths));
    if (rc < 0)
        return rc;
    if (tenths == 10)
        return sley_raise(-SLEY_EVALUE, "fell after %d tenths", tenths);
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
    ssize_t done = sley_wait(N, tasks, SLEY_FOREVER, SLEY_FIRST_EXCEPTION);
    printf("%zd done, %zd pending\n", done, N - done);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);

    for (int i = 0; i < N; i++) {
        if (!sley_future_done(tasks[i]))
            printf("task %d: pending\n", i);
        else if (sley_future_exception(tasks[i]) < 0)
            printf("task %d: %s\n", i, sley_error_text(sley_error_detail()));
        else
            printf("task %d: result %ld\n", i, sley_future_result(tasks[i]));
    }
    intptr_t last = sley_await(tasks[0]); /* nobody cancelled it */
    printf("task 0 came in with %ld\n", last);
    for (int i = 0; i < N; i++)
        sley_future_drop(tasks[i]);
    return done < 0 ? done : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
