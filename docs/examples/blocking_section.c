/* A block of a task that runs in a thread, with the task's own variables: no function of its own,
 * no struct to carry them. asyncio: to_thread, of a nested function. */
#include <sley.h>

#include <stdio.h>
#include <time.h>

static intptr_t ticks(void *arg)
{
    for (int i = 0; i < *(int *)arg; i++) {
        printf("tick %d\n", i);
        sley_sleep(sley_ms(100));
    }
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int n = 3, sum = 0;
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_task *ticker = sley_create_task(ticks, &n);
    SLEY_BLOCKING(&section) {
        nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL); /* an old library */
        for (int i = 1; i <= n; i++)
            sum += i;
    }
    printf("the sum is %d\n", sum);
    sley_join(ticker);
    return section.rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
