/* A call that blocks its thread for half a second runs in a pool thread, while the loop goes on.
 * asyncio: loop.run_in_executor. */
#include <sley.h>

#include <stdio.h>
#include <time.h>

static intptr_t blocking(void *arg)
{
    (void)arg;
    nanosleep(&(struct timespec){.tv_nsec = 500 * 1000 * 1000}, NULL);
    return 42;
}

static intptr_t ticker(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 3; i++) {
        int rc = sley_sleep(sley_ms(200));
        if (rc < 0)
            return rc;
        printf("tick %d\n", i);
    }
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_instant start = sley_time();
    sley_task *ticks = sley_create_task(ticker, NULL);
    sley_future *work = sley_run_in_executor(NULL, blocking, NULL);
    printf("the work is in a thread\n");
    intptr_t result = sley_await(work);
    sley_future_drop(work);
    printf("the work returned %ld\n", result);
    intptr_t rc = sley_join(ticks);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return result < 0 ? result : rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
