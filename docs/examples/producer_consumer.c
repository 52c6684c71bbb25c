/* A fast producer, a slow consumer and a queue of two places between them: the producer has to
 * wait. A last item says that no more will come. asyncio: Queue(maxsize), put, get. */
#include <sley.h>

#include <stdio.h>

enum { NO_MORE = -1 };

static intptr_t producer(void *arg)
{
    sley_queue *queue = arg;
    for (int i = 1; i <= 6; i++) {
        int rc = sley_queue_put(queue, i);
        if (rc < 0)
            return rc;
        printf("produced %d\n", i);
    }
    return sley_queue_put(queue, NO_MORE);
}

static intptr_t consumer(void *arg)
{
    sley_queue *queue = arg;
    intptr_t item;
    int rc;
    while ((rc = sley_queue_get(queue, &item)) == 0 && item != NO_MORE) {
        if ((rc = sley_sleep(sley_ms(200))) < 0)
            break;
        printf("consumed %ld\n", item);
    }
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_queue queue = SLEY_QUEUE_INIT(2);
    int rc = sley_gather(
        NULL, 2, (sley_coro[]){SLEY_CORO(producer, &queue), SLEY_CORO(consumer, &queue)}, 0);
    printf("the queue is %s\n", sley_queue_empty(&queue) ? "empty" : "not empty");
    sley_queue_close(&queue);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
