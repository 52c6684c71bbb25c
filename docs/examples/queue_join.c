/* Work handed to three workers through a queue; join waits until all of it is done, and the idle
 * workers are cancelled. asyncio: Queue, task_done, join. */
#include <sley.h>

#include <stdio.h>

enum { WORKERS = 3 };

struct worker {
    const char *name;
    sley_queue *queue;
};

static intptr_t work(void *arg)
{
    const struct worker *worker = arg;
    intptr_t tenths;
    int rc;
    while ((rc = sley_queue_get(worker->queue, &tenths)) == 0) {
        if ((rc = sley_sleep(sley_ms(100 * tenths))) < 0)
            break;
        printf("%s worked for %ld tenths\n", worker->name, tenths);
        sley_queue_task_done(worker->queue);
    }
    return rc; /* cancelled, in the normal case */
}

static intptr_t program(void *arg)
{
    (void)arg;
    static const int jobs[] = {3, 1, 2, 3, 3, 4, 2};
    sley_queue queue = SLEY_QUEUE_INIT(0);
    struct worker workers[WORKERS] = {{"A", &queue}, {"B", &queue}, {"C", &queue}};
    sley_future *tasks[WORKERS];
    intptr_t ends[WORKERS];
    int rc = 0;
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs && rc == 0; i++)
        rc = sley_queue_put_nowait(&queue, jobs[i]);
    for (int i = 0; i < WORKERS; i++)
        tasks[i] = sley_ensure_future(SLEY_CORO(work, &workers[i]));

    sley_instant start = sley_time();
    if (rc == 0)
        rc = sley_queue_join(&queue);
    printf("all jobs are done, %zu in the queue\n", sley_queue_qsize(&queue));
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);

    for (int i = 0; i < WORKERS; i++)
        sley_future_cancel(tasks[i]);
    int rc2 = sley_gather_futures(ends, WORKERS, tasks, SLEY_RETURN_EXCEPTIONS);
    for (int i = 0; i < WORKERS; i++) {
        printf("%s %s\n", workers[i].name,
               sley_future_cancelled(tasks[i]) ? "was cancelled" : "ended");
        sley_future_drop(tasks[i]);
    }
    sley_queue_close(&queue);
    return rc < 0 ? rc : rc2;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
