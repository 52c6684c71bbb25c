/* Producers and consumers in a group: when the producers are done and the queue is worked off, the
 * consumers, who would wait for ever, are cancelled. That is no error of the group.
 * asyncio: TaskGroup with Queue. */
#include <sley.h>

#include <stdio.h>

static sley_queue queue = SLEY_QUEUE_INIT(3);

struct producer {
    int first, pause_ms;
};

static intptr_t produce(void *arg)
{
    const struct producer *producer = arg;
    for (int i = producer->first; i < producer->first + 3; i++) {
        int rc = sley_sleep(sley_ms(producer->pause_ms));
        if (rc < 0 || (rc = sley_queue_put(&queue, i)) < 0)
            return rc;
        printf("put %d\n", i);
    }
    return 0;
}

static intptr_t consume(void *arg)
{
    const char *name = arg;
    intptr_t item;
    int rc;
    while ((rc = sley_queue_get(&queue, &item)) == 0) {
        printf("%s got %ld\n", name, item);
        if ((rc = sley_sleep(sley_ms(420))) < 0)
            break;
        sley_queue_task_done(&queue);
    }
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct producer pair[] = {{10, 150}, {20, 250}};
    sley_task *producers[2], *consumers[2];
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group) {
        for (int i = 0; i < 2; i++) {
            sley_task_group_create_task_into(&group, &producers[i], produce, &pair[i], NULL);
            sley_task_group_create_task_into(&group, &consumers[i], consume, i ? "B" : "A", NULL);
        }
        for (int i = 0; i < 2; i++)
            sley_join(producers[i]);
        printf("the producers are done\n");
        sley_queue_join(&queue);
        printf("the queue is worked off\n");
        for (int i = 0; i < 2; i++) {
            sley_task_cancel(consumers[i]);
            sley_task_drop(consumers[i]);
        }
    }
    printf("the group is left\n");
    sley_queue_close(&queue);
    return group.rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
