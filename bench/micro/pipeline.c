/* The computing pipeline: a source, two stages of four tasks each and a sink; buffers go round by
 * shared queues.
 *
 *     micro-pipeline [--workers N] [COUNT]      prints items a second and the sum of their results
 *
 * Each item is checked to arrive once; the driver compares the sum with floor-pipeline's. */
#include "clock.h"
#include "micro.h"
#include "work.h"

#include <errno.h>

enum { BUFFERS = 64, STAGE_TASKS = 4 };

struct buffer {
    _Alignas(128) uint64_t words[WORK_WORDS];
    uint64_t number, result;
};

struct stage {
    sley_queue *from, *to;
};

static struct buffer buffers[BUFFERS];
static sley_queue unused = SLEY_QUEUE_INIT(BUFFERS), filled = SLEY_QUEUE_INIT(16),
                  halfway = SLEY_QUEUE_INIT(16), finished = SLEY_QUEUE_INIT(16);
static struct stage first = {&filled, &halfway}, second = {&halfway, &finished};
static long count;
static uint64_t sum;

static intptr_t make_items(void *arg)
{
    intptr_t item, rc = 0;
    (void)arg;
    for (long number = 0; rc >= 0 && number < count; number++) {
        if ((rc = sley_queue_get(&unused, &item)) < 0)
            break;
        struct buffer *buffer = (struct buffer *)item;
        buffer->number = buffer->result = (uint64_t)number;
        work_fill(buffer->words, (uint64_t)number);
        rc = sley_queue_put(&filled, item);
    }
    sley_queue_shutdown(&filled, false);
    return rc;
}

static intptr_t work_on_some(void *arg)
{
    const struct stage *stage = arg;
    intptr_t rc, item;
    while ((rc = sley_queue_get(stage->from, &item)) == 0) {
        struct buffer *buffer = (struct buffer *)item;
        buffer->result = work_stage(buffer->words, buffer->result);
        if ((rc = sley_queue_put(stage->to, item)) < 0)
            break;
    }
    return rc == -SLEY_ESHUTDOWN ? 0 : rc;
}

/* A stage ends when its source is shut down and empty, and then ends the next one. */
static intptr_t run_stage(void *arg)
{
    struct stage *stage = arg;
    sley_task_group tasks = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&tasks)
        for (int i = 0; i < STAGE_TASKS; i++)
            if (sley_task_group_create_task(&tasks, work_on_some, stage) < 0)
                return -ENOMEM;
    sley_queue_shutdown(stage->to, false);
    return tasks.rc;
}

static intptr_t collect(void *arg)
{
    intptr_t rc, item;
    long arrived = 0;
    unsigned char *seen = calloc((size_t)count, 1);
    (void)arg;
    if (seen == NULL)
        return -ENOMEM;
    while ((rc = sley_queue_get(&finished, &item)) == 0) {
        struct buffer *buffer = (struct buffer *)item;
        if (buffer->number >= (uint64_t)count || seen[buffer->number]++ != 0)
            rc = sley_raise(-1001, "item %llu came again", (unsigned long long)buffer->number);
        sum += buffer->result;
        arrived++;
        if (rc < 0 || (rc = sley_queue_put(&unused, item)) < 0)
            break;
    }
    free(seen);
    if (rc != -SLEY_ESHUTDOWN)
        return rc;
    return arrived == count ? 0 : sley_raise(-1002, "%ld of %ld items came", arrived, count);
}

static intptr_t run(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    (void)arg;
    for (int i = 0; i < BUFFERS; i++)
        if (sley_queue_put_nowait(&unused, (intptr_t)&buffers[i]) < 0)
            return -ENOMEM;
    int64_t start = clock_now_ns();
    SLEY_TASK_GROUP(&group) {
        int rc = sley_task_group_create_task(&group, make_items, NULL);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, run_stage, &first);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, run_stage, &second);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, collect, NULL);
        if (rc < 0)
            sley_task_group_cancel(&group);
    }
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    if (group.rc < 0)
        return group.rc;
    if (sum == 0)
        return sley_raise(-1003, "nothing was made");
    printf("{\"items_per_s\": %.0f, \"sum\": %llu, \"ops\": %ld}\n", (double)count / seconds,
           (unsigned long long)sum, count);
    sley_queue_close(&unused);
    sley_queue_close(&filled);
    sley_queue_close(&halfway);
    return sley_queue_close(&finished);
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 1);
    count = argc == 2 ? atol(argv[1]) : 20000;
    if (count < 1)
        return 2;
    return micro_run("micro-pipeline", workers, run, NULL);
}
