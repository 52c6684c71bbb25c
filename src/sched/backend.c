/* Which kind of ring a runtime has: what it asks for, else what the environment does, else io_uring
 * or, where that is refused, epoll. Its first ring decides for all. */
#include "sched/worker.h"

#include <sley/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sl_backend_wanted(const sley_options *options, const struct sl_ring_class **class)
{
    const char *setting = getenv("SLEY_BACKEND");

    *class = NULL;
    if (options->simulated_ring)
        *class = &sl_ring_simulated;
    else if (options->backend == SLEY_BACKEND_URING)
        *class = &sl_ring_uring;
    else if (options->backend == SLEY_BACKEND_EPOLL)
        *class = &sl_ring_epoll;
    else if (options->backend != SLEY_BACKEND_AUTO)
        return "options.backend is none of enum sley_backend";
    else if (setting && strcmp(setting, "uring") == 0)
        *class = &sl_ring_uring;
    else if (setting && strcmp(setting, "epoll") == 0)
        *class = &sl_ring_epoll;
    else if (setting && *setting)
        return "SLEY_BACKEND is neither \"uring\" nor \"epoll\"";
    return NULL;
}

static void say(const char *why)
{
    static sl_atomic_u32 said;

    if (!sl_add_relaxed(&said, 1))
        fprintf(stderr, "sley: %s; using epoll, with a system call for each operation and threads "
                        "for files (SLEY_BACKEND=epoll says so without this line)\n", why);
}

int sl_backend_open(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;
    const sley_options *options = &runtime->options;
    struct sl_ring *ring = &loop->ring_storage;
    unsigned entries = options->ring_entries ? options->ring_entries : SL_RING_ENTRIES;
    const struct sl_ring_class *class = runtime->ring_class;
    const char *wrong = class ? NULL : sl_backend_wanted(options, &class);
    int rc;

    if (wrong) {
        ring->refusal = wrong;
        return -EINVAL;
    }
    rc = sl_ring_open(ring, class ? class : &sl_ring_uring, entries, options->seed);
    if (rc == -SLEY_ENOURING && !class) {
        say(ring->refusal);
        rc = sl_ring_open(ring, &sl_ring_epoll, entries, options->seed);
    }
    if (rc == 0 && !runtime->ring_class) /* worker 0's, before the others open theirs */
        runtime->ring_class = ring->class;
    return rc;
}
