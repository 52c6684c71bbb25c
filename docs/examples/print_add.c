/* A coroutine that awaits another one for its result: in C a call that may suspend.
 * asyncio: await with a value. */
#include <sley.h>

#include <stdio.h>

static intptr_t add(int a, int b)
{
    printf("add: %d + %d\n", a, b);
    int rc = sley_sleep(sley_s(1)); /* as if it were hard */
    return rc < 0 ? rc : a + b;
}

static intptr_t print_add(void *arg)
{
    const int *n = arg;
    intptr_t sum = add(n[0], n[1]);
    if (sum < 0)
        return sum;
    printf("print_add: %d + %d = %ld\n", n[0], n[1], sum);
    return 0;
}

int main(void)
{
    return sley_main(print_add, (int[]){1, 2}, NULL);
}
