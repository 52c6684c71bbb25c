/* Making a coroutine runs nothing: it is a function and its argument, by value. Python warns when
 * one is thrown away; here it is two words, and nothing to warn about.
 * asyncio: coroutine objects. */
#include <sley.h>

#include <stdio.h>

static intptr_t nested(void *arg)
{
    printf("nested(%s) runs\n", (const char *)arg);
    return 42;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_coro forgotten = SLEY_CORO(nested, "forgotten");
    sley_coro awaited = SLEY_CORO(nested, "awaited");

    (void)forgotten;
    printf("two coroutines made, nothing has run\n");
    printf("the awaited one returned %ld\n", sley_coro_await(awaited));
    return 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
