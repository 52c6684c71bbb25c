/* Waiting for all, however each of them ends: wait itself never raises what they raise.
 * asyncio: wait(return_when=ALL_COMPLETED). */
#include <sley.h>

#include <stdio.h>

enum { N = 3 };

static intptr_t runner(void *arg)
{
    int tenths = *(int *)arg;
    int rc = sley_sleep(sley_ms(100 * tenths));
    if (rc < 0)
        return rc;
    if (tenths == 5)
        return sley_raise(-SLEY_EVALUE, "%d tenths are too few", tenths);
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
    ssize_t done = sley_wait(N, tasks, SLEY_FOREVER, SLEY_ALL_COMPLETED);
    printf("%zd done, %zd pending\n", done, N - done);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);

    for (int i = 0; i < N; i++) {
        intptr_t result = sley_future_result(tasks[i]);
        if (sley_is_error(result))
            printf("task %d: %s\n", i, sley_error_text(sley_error_detail()));
        else
            printf("task %d: result %ld\n", i, result);
        sley_future_drop(tasks[i]);
    }
    return done < 0 ? done : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
