/* Two sleepers, awaited one after the other (3 s), then as tasks at the same time (2 s).
 * asyncio: create_task. */
#include <sley.h>

#include <stdio.h>

struct say {
    int seconds;
    const char *what;
};

static intptr_t say_after(void *arg)
{
    const struct say *say = arg;
    int rc = sley_sleep(sley_s(say->seconds));
    if (rc < 0)
        return rc;
    printf("%s\n", say->what);
    return 0;
}

static double seconds_since(sley_instant start)
{
    return (double)sley_instant_sub(sley_time(), start).ns / 1e9;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct say hello = {1, "hello"}, world = {2, "world"};
    intptr_t rc;

    printf("one after the other:\n");
    sley_instant start = sley_time();
    if ((rc = say_after(&hello)) < 0 || (rc = say_after(&world)) < 0)
        return rc; /* to await a coroutine is to call it */
    printf("took %.2f s\n", seconds_since(start));

    printf("as tasks:\n");
    start = sley_time();
    sley_task *first = sley_create_task(say_after, &hello);
    sley_task *second = sley_create_task(say_after, &world);
    rc = sley_join(first); /* await, and drop the handle */
    intptr_t rc2 = sley_join(second);
    printf("took %.2f s\n", seconds_since(start));
    return rc < 0 ? rc : rc2;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
