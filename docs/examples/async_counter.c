/* async for: any struct that begins with a sley_iterator and has a next function, which may
 * suspend. asyncio: async for, __aiter__, __anext__, StopAsyncIteration. */
#include <sley.h>

#include <stdio.h>

struct async_counter {
    sley_iterator iterator; /* the first member */
    int current, stop;
};

static int async_counter_next(sley_iterator *iterator, intptr_t *item)
{
    struct async_counter *counter = (struct async_counter *)iterator;
    if (counter->current == counter->stop)
        return 0; /* the end */
    int rc = sley_sleep(sley_ms(500));
    if (rc < 0)
        return rc;
    *item = counter->current++;
    return 1;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct async_counter counter = {.iterator = {.next = async_counter_next}, .stop = 3};
    intptr_t i;
    int rc;
    SLEY_FOR(i, &counter.iterator, rc)
        printf("%ld\n", i);
    printf("counted to %d\n", counter.stop);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
