/* hello, a second of sleep, world. A coroutine is a function from one word to one word; sley_main
 * makes a loop, runs it there, and returns an exit status. asyncio: run, sleep. */
#include <sley.h>

#include <stdio.h>

static intptr_t hello_world(void *arg)
{
    (void)arg;
    printf("hello\n");
    int rc = sley_sleep(sley_s(1));
    if (rc < 0) /* cancelled, by Ctrl-C for example: stop here and say so */
        return rc;
    printf("world\n");
    return 0;
}

int main(void)
{
    return sley_main(hello_world, NULL, NULL);
}
