/* The command line and the end of the programs that take --workers N. */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <sley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MICRO_SKIPPED = 77 }; /* the exit status of what cannot be run here */

/* Takes `--name N` off the command line. */
static inline long micro_option(int *argc, char **argv, const char *name, long otherwise)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            otherwise = strtol(argv[i + 1], NULL, 0);
            memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 1) * sizeof *argv);
            *argc -= 2;
            break;
        }
    return otherwise;
}

/* Takes a word off the command line: was it there? */
static inline bool micro_flag(int *argc, char **argv, const char *name)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
            *argc -= 1;
            return true;
        }
    return false;
}

static inline int micro_skip(const char *name, const char *why)
{
    fprintf(stderr, "%s: skipped: %s\n", name, why);
    return MICRO_SKIPPED;
}

struct micro_started {
    sley_fn *fn;
    void *arg;
    bool yes;
};

static inline intptr_t micro_start(void *arg)
{
    struct micro_started *started = (struct micro_started *)arg;
    started->yes = true;
    return started->fn(started->arg);
}

/* Runs fn(arg) on so many workers and returns the exit status. */
static inline int micro_run(const char *name, long workers, sley_fn *fn, void *arg)
{
    struct micro_started started = {fn, arg, false};
    intptr_t rc = sley_run(micro_start, &started, &SLEY_OPTIONS(.workers = (int)workers));
    if (rc == -EINVAL && !started.yes && workers > 1)
        return micro_skip(name, "this library refuses more than one worker");
    if (rc < 0) {
        const sley_error *detail = sley_error_detail();
        fprintf(stderr, "%s: error %ld, %s%s%s\n", name, (long)rc, sley_strerror(rc),
                detail != NULL ? ": " : "", sley_error_text(detail));
    }
    return rc < 0;
}

/* In a task: runs two tasks in a group. 0, or the group's error. */
static inline intptr_t micro_pair(sley_fn *first, sley_fn *second, void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    SLEY_TASK_GROUP(&group) {
        int rc = sley_task_group_create_task(&group, first, arg);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, second, arg);
        if (rc < 0)
            return rc;
    }
    return group.rc;
}

#endif
