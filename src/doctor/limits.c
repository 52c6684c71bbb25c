/* What the system grants this process. */
#include "doctor/finding.h"

#include "os/cpus.h"
#include "os/plain.h"
#include "ring/uring.h"

#include <sley/error.h>
#include <sley/options.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define TRIED_WORKERS 16
#define SLAB_KIB (64 << 10)
#define FEW_DESCRIPTORS 4096
#define PAGE ((size_t)4096)

static void amount(rlim_t limit, unsigned unit, const char *name, char *text, size_t size)
{
    if (limit == RLIM_INFINITY)
        snprintf(text, size, "unlimited");
    else
        snprintf(text, size, "%ju%s", (uintmax_t)limit / unit, name);
}

static size_t pages_of(const struct uring *uring)
{
    return (uring->queues_bytes + PAGE - 1) / PAGE + (uring->entries_bytes + PAGE - 1) / PAGE;
}

/* Not computed: which rings a kernel counts, and whose, is its own affair. */
void doctor_look_at_memlock(void)
{
    static struct sl_ring rings[TRIED_WORKERS];
    struct rlimit limit, files;
    char soft[32];
    unsigned n = 0, least = SL_RING_ENTRIES;
    int rc = 0;
    size_t bytes = 0; /* of all, had each as many entries as the first */

    getrlimit(RLIMIT_MEMLOCK, &limit);
    getrlimit(RLIMIT_NOFILE, &files);
    amount(limit.rlim_cur, 1024, " KiB", soft, sizeof soft);
    while (n < TRIED_WORKERS &&
           !(rc = sl_ring_open(&rings[n], &sl_ring_uring, SL_RING_ENTRIES, 1))) {
        const struct uring *uring = rings[n++].state;

        least = uring->sq_entries < least ? uring->sq_entries : least;
        if (n == 1)
            bytes = TRIED_WORKERS * PAGE * pages_of(uring);
    }
    if (n == TRIED_WORKERS && least == SL_RING_ENTRIES)
        doctor_good("locked memory", "%u workers get rings of %u entries, %zu KiB (the limit is "
                    "%s).", n, least, bytes / 1024, soft);
    else if (n == TRIED_WORKERS)
        doctor_lacks(DOCTOR_LACKS, "locked memory",
                     "a loop with many operations at once makes more system calls.",
                     DOCTOR_RAISE_MEMLOCK,
                     "of %u workers the last get rings of %u entries instead of %u (the limit is "
                     "%s, they need %zu KiB).", n, least, SL_RING_ENTRIES, soft, bytes / 1024);
    else
        doctor_lacks(n ? DOCTOR_LACKS : DOCTOR_STOPS,
                     rc == -ENOMEM ? "locked memory" : "workers",
                     "a runtime of more workers does not start.",
                     rc == -ENOMEM ? DOCTOR_RAISE_MEMLOCK : DOCTOR_RAISE_NOFILE,
                     "no more than %u rings can be made: %s (RLIMIT_MEMLOCK is %s, RLIMIT_NOFILE "
                     "%ju).", n, sley_strerror(rc), soft, (uintmax_t)files.rlim_cur);
    while (n)
        sl_ring_close(&rings[--n]);
}

void doctor_look_at_descriptors(void)
{
    struct rlimit limit;
    char hard[32];

    getrlimit(RLIMIT_NOFILE, &limit);
    amount(limit.rlim_max, 1, "", hard, sizeof hard);
    if (limit.rlim_cur >= FEW_DESCRIPTORS)
        doctor_good("descriptors", "%ju may be open at a time (hard limit %s).",
                    (uintmax_t)limit.rlim_cur, hard);
    else
        doctor_lacks(DOCTOR_LACKS, "descriptors",
                     "a server pauses its accepts when they are used up.",
                     "ulimit -n, LimitNOFILE=, or setrlimit in the program; the hard limit, too, "
                     "if it is low.",
                     "%ju may be open at a time, so fewer connections than that (hard limit %s).",
                     (uintmax_t)limit.rlim_cur, hard);
}

void doctor_look_at_processors(void)
{
    static struct sl_cpus cpus;
    unsigned allowed = sl_cpus_affinity(&cpus), quota = sl_cpus_quota("");
    int workers = sl_workers_wanted(SLEY_ALL_CPUS);
    const char *plural = workers == 1 ? "" : "s";
    char text[64] = "none";

    if (quota)
        snprintf(text, sizeof text, "%u", quota);
    if (workers < 0)
        doctor_lacks(DOCTOR_STOPS, "processors", "runtimes of many workers answer -EINVAL.",
                     "Unset SLEY_WORKERS, or let it be a number from 1 to 256.",
                     "SLEY_WORKERS is '%s'.", getenv("SLEY_WORKERS"));
    else if (!allowed)
        doctor_lacks(DOCTOR_LACKS, "processors", "workers are not pinned.",
                     "Allow sched_getaffinity.", "the affinity mask cannot be read; SLEY_ALL_CPUS "
                     "makes %d worker%s.", workers, plural);
    else
        doctor_good("processors", "SLEY_ALL_CPUS makes %d worker%s (affinity mask %u, quota of the "
                    "control group %s).", workers, plural, allowed, text);
}

void doctor_look_at_address_space(void)
{
    const char *subject = "address space";
    const char *cost = "tasks beyond that get -ENOMEM when they are made.";
    int64_t overcommit = sl_plain_number("/proc/sys/vm/overcommit_memory");
    struct rlimit limit;

    getrlimit(RLIMIT_AS, &limit);
    if (limit.rlim_cur / 1024 < SLAB_KIB)
        doctor_lacks(DOCTOR_STOPS, subject, "no task can be made.", "ulimit -v unlimited.",
                     "%ju KiB at most, and stacks are bought by %d.",
                     (uintmax_t)limit.rlim_cur / 1024, SLAB_KIB);
    else if (limit.rlim_cur != RLIM_INFINITY)
        doctor_lacks(DOCTOR_LACKS, subject, cost, "ulimit -v unlimited, or smaller stacks "
                     "(.stack_size).", "%ju KiB at most: at 256 KiB a stack fewer than %ju tasks.",
                     (uintmax_t)limit.rlim_cur / 1024,
                     (uintmax_t)limit.rlim_cur / 1024 / SLAB_KIB * (SLAB_KIB / 256));
    else if (overcommit == 2)
        doctor_lacks(DOCTOR_LACKS, subject, cost, "sysctl vm.overcommit_memory=0, or smaller "
                     "stacks (.stack_size).", "vm.overcommit_memory is 2: all of a stack counts as "
                     "used memory.");
    else
        doctor_good(subject, "it is not limited; a stack costs what it touches.");
}
