/* A priority queue of (number, data): items are words, so a pair is a pointer to one, and a
 * function says which comes first. asyncio: PriorityQueue of tuples. */
#include <sley.h>

#include <stdio.h>

struct entry {
    int number;
    const char *data;
};

static int by_number(intptr_t a, intptr_t b)
{
    const struct entry *x = (void *)a, *y = (void *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct entry entries[] = {{30, "rest"}, {10, "wake up"}, {40, "sleep"}, {20, "work"}};
    sley_queue queue = SLEY_PRIORITY_QUEUE_INIT(0, by_number);
    int rc;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if ((rc = sley_queue_put(&queue, (intptr_t)&entries[i])) < 0)
            return rc;
    while (!sley_queue_empty(&queue)) {
        intptr_t item;
        if ((rc = sley_queue_get(&queue, &item)) < 0)
            return rc;
        const struct entry *entry = (void *)item;
        printf("(%d, '%s')\n", entry->number, entry->data);
    }
    return sley_queue_close(&queue);
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
