/* A blocking call beside a sleep of a second: together they take one. asyncio: to_thread, in a
 * gather. */
#include <sley.h>

#include <stdio.h>
#include <time.h>

static intptr_t blocking_io(void *arg)
{
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL); /* a file, a database, an old library */
    return *(int *)arg + 1;
}

static intptr_t in_thread(void *arg)
{
    printf("blocking_io goes to a thread\n");
    return sley_to_thread(blocking_io, arg);
}

static intptr_t sleeper(void *arg)
{
    (void)arg;
    printf("and the loop sleeps\n");
    return sley_sleep(sley_ms(900));
}

static intptr_t program(void *arg)
{
    (void)arg;
    int n = 41;
    intptr_t results[2];
    sley_instant start = sley_time();
    int rc = sley_gather(results, 2,
                         (sley_coro[]){SLEY_CORO(in_thread, &n), SLEY_CORO(sleeper, NULL)}, 0);
    if (rc < 0)
        return rc;
    printf("blocking_io returned %ld\n", results[0]);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
