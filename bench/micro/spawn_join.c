/* Creating a task with a handle, a name and a context, and awaiting its result.
 *
 *     micro-spawn-join COUNT       prints nanoseconds for each
 *
 * Every result is checked. Each 1024th task also looks whether it has the name and sees the
 * context that it was given, and whether it is among all tasks. */
#include "clock.h"

#include <errno.h>
#include <sley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const sley_context_var answer = {"answer", 0};
static const char name[] = "child";

static intptr_t child(void *arg)
{
    return (intptr_t)arg + 1;
}

static intptr_t inspected_child(void *arg)
{
    sley_task *all[8];
    bool listed = false;
    size_t n = sley_all_tasks(all, 8);
    if (n != 2)
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

static intptr_t run(void *arg)
{
    long count = *(long *)arg;
    sley_context_set(&answer, 42);
    sley_context *context = sley_context_copy();
    sley_context_set(&answer, 7);
    const sley_task_options options = {.name = name, .context = context};
    int64_t start = clock_now_ns();
    for (long i = 0; i < count; i++) {
        sley_fn *fn = i % 1024 == 0 ? inspected_child : child;
        sley_task *task = sley_create_task_with(fn, (void *)i, &options);
        if (task == NULL)
            return -ENOMEM;
        intptr_t result = sley_task_await(task);
        sley_task_drop(task);
        if (result != i + 1)
            return result < 0 ? result : -1004;
    }
    int64_t end = clock_now_ns();
    sley_context_drop(context);
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    return 0;
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : 5000000;
    intptr_t rc = sley_run(run, &count, NULL);
    if (rc < 0)
        fprintf(stderr, "micro-spawn-join: error %ld, %s\n", (long)rc, sley_strerror(rc));
    return rc < 0;
}
