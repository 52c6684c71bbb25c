/* Two tasks hand a word to and fro over two queues with room for one.
 *
 *     micro-ping-pong [--workers N] [COUNT]     prints nanoseconds for each round trip
 *
 * A round trip is two puts and two gets. Every word is checked. */
#include "clock.h"
#include "micro.h"

#include <errno.h>

static sley_queue there = SLEY_QUEUE_INIT(1), back = SLEY_QUEUE_INIT(1);

static intptr_t ping(void *arg)
{
    intptr_t count = *(const long *)arg, item;
    for (intptr_t i = 0; i < count; i++) {
        int rc = sley_queue_put(&there, i);
        if (rc < 0 || (rc = sley_queue_get(&back, &item)) < 0)
            return rc;
        if (item != -i - 1)
            return sley_raise(-1001, "%ld came back for %ld", (long)item, (long)i);
    }
    return 0;
}

static intptr_t pong(void *arg)
{
    intptr_t count = *(const long *)arg, item;
    for (intptr_t i = 0; i < count; i++) {
        int rc = sley_queue_get(&there, &item);
        if (rc < 0 || (rc = sley_queue_put(&back, -item - 1)) < 0)
            return rc;
    }
    return 0;
}

static intptr_t run(void *arg)
{
    long count = *(long *)arg;
    int64_t start = clock_now_ns();
    intptr_t rc = micro_pair(ping, pong, arg);
    int64_t end = clock_now_ns();
    if (rc < 0)
        return rc;
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    sley_queue_close(&there);
    return sley_queue_close(&back);
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 1);
    long count = argc == 2 ? atol(argv[1]) : 1000000;
    return micro_run("micro-ping-pong", workers, run, &count);
}
