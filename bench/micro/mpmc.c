/* Four tasks put and four take: a shared queue of 1024 between them.
 *
 *     micro-mpmc [--workers N] [--pinned] [COUNT]     prints how many items pass in a second
 *
 * --pinned: who puts stays on worker 0, who takes on worker 1. COUNT is each producer's. Each
 * item is checked to come after its producer's earlier ones, and all to have come once. */
#include "clock.h"
#include "items.h"
#include "micro.h"

#include <errno.h>

static sley_queue queue = SLEY_QUEUE_INIT(1024);
static struct tally tallies[CONSUMERS];
static long workers, count;
static bool pinned;

static intptr_t produce(void *arg)
{
    int producer = (int)(intptr_t)arg;
    for (intptr_t i = 0; i < count; i++) {
        int rc = sley_queue_put(&queue, item_of(producer, i));
        if (rc < 0)
            return rc;
    }
    return 0;
}

static intptr_t consume(void *arg)
{
    struct tally tally = {{0}, {0}, {0}}; /* here, so that no two consumers share a cache line */
    intptr_t item;
    int rc;
    while ((rc = sley_queue_get(&queue, &item)) == 0)
        if (!tally_item(&tally, item))
            return sley_raise(-1001, "item %ld was overtaken", (long)item);
    tallies[(intptr_t)arg] = tally;
    return rc == -SLEY_ESHUTDOWN ? 0 : rc;
}

static int add_tasks(sley_task_group *group, sley_fn *fn, int tasks, unsigned worker)
{
    sley_task_options options = {.name = worker == 0 ? "producer" : "consumer"};
    int rc = 0;
    options.pinned = pinned;
    options.worker = worker < workers ? worker : 0;
    for (int i = 0; rc == 0 && i < tasks; i++)
        rc = sley_task_group_create_task_into(group, NULL, fn, (void *)(intptr_t)i, &options);
    return rc;
}

static intptr_t run(void *arg)
{
    sley_task_group consumers = SLEY_TASK_GROUP_INIT, producers = SLEY_TASK_GROUP_INIT;
    int rc = 0;
    (void)arg;
    int64_t start = clock_now_ns();
    SLEY_TASK_GROUP(&consumers) {
        SLEY_TASK_GROUP(&producers)
            if ((rc = add_tasks(&producers, produce, PRODUCERS, 0)) == 0)
                rc = add_tasks(&consumers, consume, CONSUMERS, 1);
        sley_queue_shutdown(&queue, false); /* the consumers end when it is empty */
    }
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    /* A consumer that fails ends the block of the producers, too. */
    if (rc < 0 || producers.rc < 0 || consumers.rc < 0)
        return rc < 0 ? rc : consumers.rc < 0 ? consumers.rc : producers.rc;
    if (!tally_complete(tallies, CONSUMERS, count))
        return sley_raise(-1002, "items were lost or came twice");
    printf("{\"items_per_s\": %.0f, \"ops\": %ld}\n", (double)count * PRODUCERS / seconds,
           count * PRODUCERS);
    return sley_queue_close(&queue);
}

int main(int argc, char **argv)
{
    workers = micro_option(&argc, argv, "--workers", 1);
    pinned = micro_flag(&argc, argv, "--pinned");
    count = argc == 2 ? atol(argv[1]) : 1000000;
    return micro_run("micro-mpmc", workers, run, NULL);
}
