/* Three counts that each take a second take a second together. asyncio: gather of one coroutine
 * function three times. */
#include <sley.h>

#include <stdio.h>

static intptr_t count(void *arg)
{
    (void)arg;
    printf("One\n");
    int rc = sley_sleep(sley_s(1));
    if (rc < 0)
        return rc;
    printf("Two\n");
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_coro three[] = {SLEY_CORO(count, NULL), SLEY_CORO(count, NULL), SLEY_CORO(count, NULL)};
    return sley_gather(NULL, 3, three, 0);
}

int main(void)
{
    sley_instant start = sley_time();
    intptr_t rc = sley_run(program, NULL, NULL);
    printf("three_counts took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return rc < 0;
}
