/* Last in, first out. asyncio: LifoQueue. */
#include <sley.h>

#include <stdio.h>

static intptr_t program(void *arg)
{
    (void)arg;
    sley_queue stack = SLEY_LIFO_QUEUE_INIT(0);
    int rc;
    for (int plate = 1; plate <= 4; plate++) {
        if ((rc = sley_queue_put(&stack, plate)) < 0)
            return rc;
        printf("put plate %d\n", plate);
    }
    while (!sley_queue_empty(&stack)) {
        intptr_t plate;
        if ((rc = sley_queue_get(&stack, &plate)) < 0)
            return rc;
        printf("got plate %ld\n", plate);
    }
    return sley_queue_close(&stack);
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
