/* What a parked fiber occupies: resident memory and page tables.
 *
 *     micro-parked COUNT STACK       prints bytes for each
 *
 * Every fiber has run, holds values on its stack, and waits for an event of its own that lies there
 * too. At the end all are woken, and each checks its values. */
#include "memory.h"

#include <errno.h>
#include <sley.h>
#include <stdio.h>
#include <stdlib.h>

static size_t count, parked, intact;
static sley_event **events;

static intptr_t fiber(void *arg)
{
    size_t number = (size_t)arg;
    volatile uint64_t held[4];
    sley_event event = SLEY_EVENT_INIT_LOCAL;
    for (size_t i = 0; i < 4; i++)
        held[i] = number * 4 + i;
    events[number] = &event;
    parked++;
    int rc = sley_event_wait(&event);
    for (size_t i = 0; i < 4; i++)
        if (held[i] != number * 4 + i)
            return -1001;
    intact += rc == 0;
    return rc;
}

static intptr_t run(void *arg)
{
    (void)arg;
    /* The table of events is the benchmark's own and no part of a fiber. */
    events = malloc(count * sizeof *events);
    if (events == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        events[i] = NULL;
    int64_t before = memory_bytes();
    for (size_t i = 0; i < count; i++) {
        int rc = sley_spawn(fiber, (void *)i);
        if (rc < 0)
            return rc;
    }
    while (parked < count)
        sley_yield();
    int64_t after = memory_bytes();
    for (size_t i = 0; i < count; i++)
        sley_event_set(events[i]);
    for (int i = 0; i < 1000 && intact < count; i++)
        sley_yield();
    if (intact != count)
        return -1002;
    printf("{\"bytes_per_fiber\": %.1f, \"fibers\": %zu}\n",
           (double)(after - before) / (double)count, count);
    return 0;
}

int main(int argc, char **argv)
{
    count = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
    size_t stack = argc > 2 ? strtoul(argv[2], NULL, 0) : 262144;
    intptr_t rc = count < 1 ? -EINVAL : sley_run(run, NULL, &SLEY_OPTIONS(.stack_size = stack));
    if (rc < 0)
        fprintf(stderr, "micro-parked: error %ld, %s\n", (long)rc, sley_strerror(rc));
    return rc < 0;
}
