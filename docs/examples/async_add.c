/* async with: anything that has an enter and an exit, both of which may suspend.
 * asyncio: async with, __aenter__, __aexit__. */
#include <sley.h>

#include <stdio.h>

struct async_add {
    int a, b;
    intptr_t sum;
};

static int async_add_enter(struct async_add *add)
{
    printf("enter\n");
    int rc = sley_sleep(sley_s(1));
    if (rc == 0)
        add->sum = add->a + add->b;
    return rc;
}

static int async_add_exit(struct async_add *add)
{
    printf("exit of %d + %d\n", add->a, add->b);
    return sley_sleep(sley_ms(100));
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct async_add add = {.a = 1, .b = 2};
    SLEY_WITH(async_add_enter(&add), async_add_exit(&add))
        printf("sum: %ld\n", add.sum);
    printf("left\n");
    return 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
