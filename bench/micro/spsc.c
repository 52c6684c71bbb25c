/* One task puts, another takes: a local queue of 1024 between them.
 *
 *     micro-spsc COUNT       prints how many items pass in a second
 *
 * Every item is checked to be the next one. */
#include "clock.h"
#include "micro.h"

#include <errno.h>

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(1024);

static intptr_t produce(void *arg)
{
    intptr_t count = *(const long *)arg;

    for (intptr_t i = 0; i < count; i++) {
        int rc = sley_queue_put(&queue, i);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static intptr_t consume(void *arg)
{
    intptr_t count = *(const long *)arg, item;

    for (intptr_t i = 0; i < count; i++) {
        int rc = sley_queue_get(&queue, &item);
        if (rc < 0)
            return rc;
        if (item != i)
            return -EBADMSG;
    }
    return 0;
}

static intptr_t run(void *arg)
{
    long count = *(long *)arg;
    int64_t start = clock_now_ns();
    intptr_t rc = micro_pair(produce, consume, arg);
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    if (rc < 0)
        return rc;
    if (!sley_queue_empty(&queue))
        return -EBADMSG;
    printf("{\"items_per_s\": %.0f, \"ops\": %ld}\n", (double)count / seconds, count);
    return sley_queue_close(&queue);
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : 20000000;
    intptr_t rc = sley_run(run, &count, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-spsc: error %ld, %s\n", (long)rc, sley_strerror(rc));
    return rc < 0;
}
