/* Putting and taking without waiting: full and empty are errors then.
 * asyncio: put_nowait, get_nowait, QueueFull, QueueEmpty. */
#include <sley.h>

#include <stdio.h>

static intptr_t program(void *arg)
{
    (void)arg;
    sley_queue queue = SLEY_QUEUE_INIT(2);
    intptr_t item;
    int rc;

    for (int i = 1; (rc = sley_queue_put_nowait(&queue, i)) == 0; i++)
        printf("put %d, the queue has %zu of %zu\n", i, sley_queue_qsize(&queue),
               sley_queue_maxsize(&queue));
    if (rc == -SLEY_EFULL)
        printf("the queue is full\n");

    while ((rc = sley_queue_get_nowait(&queue, &item)) == 0)
        printf("got %ld\n", item);
    if (rc == -SLEY_EEMPTY)
        printf("the queue is empty\n");

    sley_queue_close(&queue);
    return rc == -SLEY_EEMPTY ? 0 : rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
