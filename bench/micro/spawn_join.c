/* Creating a task with a handle, a name and a context, and awaiting its result.
 *
 *     micro-spawn-join [--workers N] [--batch N] [COUNT]       prints nanoseconds for each
 *
 * --batch: so many are created before the first of them is awaited. Every result is checked. Each
 * 1024th task also looks whether it has the name and sees the context that it was given, and, if
 * there are no others, whether it is among all tasks. */
#include "clock.h"
#include "micro.h"

#include <errno.h>

enum { BATCH_MAX = 100000 };

static const sley_context_var answer = {"answer", 0};
static const char name[] = "child";
static long count, batch;
static sley_task *tasks[BATCH_MAX];

static intptr_t child(void *arg)
{
    return (intptr_t)arg + 1;
}

static intptr_t inspected_child(void *arg)
{
    sley_task *all[8];
    bool listed = batch > 1;
    size_t n = batch > 1 ? 0 : sley_all_tasks(all, 8);
    if (batch == 1 && n != 2)
        return -1001;
    for (size_t i = 0; i < n; i++) {
        listed = listed || all[i] == sley_current_task();
        sley_task_drop(all[i]);
    }
    if (!listed || strcmp(sley_task_get_name(sley_current_task()), name) != 0)
        return -1002;
    if (sley_context_get(&answer) != 42)
        return -1003;
    return child(arg);
}

static intptr_t run_batch(long first, long n, const sley_task_options *options)
{
    for (long i = 0; i < n; i++) {
        sley_fn *fn = (first + i) % 1024 == 0 ? inspected_child : child;
        tasks[i] = sley_create_task_with(fn, (void *)(first + i), options);
        if (tasks[i] == NULL)
            return -ENOMEM;
    }
    for (long i = 0; i < n; i++) {
        intptr_t result = sley_task_await(tasks[i]);
        sley_task_drop(tasks[i]);
        if (result != first + i + 1)
            return result < 0 ? result : -1004;
    }
    return 0;
}

static intptr_t run_one_by_one(const sley_task_options *options)
{
    for (long i = 0; i < count; i++) {
        sley_fn *fn = i % 1024 == 0 ? inspected_child : child;
        sley_task *task = sley_create_task_with(fn, (void *)i, options);
        if (task == NULL)
            return -ENOMEM;
        intptr_t result = sley_task_await(task);
        sley_task_drop(task);
        if (result != i + 1)
            return result < 0 ? result : -1004;
    }
    return 0;
}

static intptr_t run_batches(const sley_task_options *options)
{
    for (long i = 0; i < count; i += batch) {
        intptr_t rc = run_batch(i, count - i < batch ? count - i : batch, options);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static intptr_t run(void *arg)
{
    (void)arg;
    sley_context_set(&answer, 42);
    sley_context *context = sley_context_copy();
    sley_context_set(&answer, 7);
    const sley_task_options options = {.name = name, .context = context};
    int64_t start = clock_now_ns();
    intptr_t rc = batch == 1 ? run_one_by_one(&options) : run_batches(&options);
    if (rc < 0)
        return rc;
    int64_t end = clock_now_ns();
    sley_context_drop(context);
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    return 0;
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 1);
    batch = micro_option(&argc, argv, "--batch", 1);
    count = argc == 2 ? atol(argv[1]) : 5000000;
    if (batch < 1 || batch > BATCH_MAX)
        return 2;
    return micro_run("micro-spawn-join", workers, run, NULL);
}
