/* os/cpus.h: how many processors this process may use, and where its workers go.
 *
 * Two things limit it: the affinity mask says which processors, and the control group's quota how
 * much time a period. Functions that take a `root` read the system's files below it ("" is the
 * system itself), so that tests can show them another machine. Called where runtimes are made, on
 * a thread's stack. */
#ifndef SL_OS_CPUS_H
#define SL_OS_CPUS_H

#include "base/check.h"

#include <stdbool.h>

#define SL_WORKERS_MAX 256
/* Eight times what a kernel can be built for: no mask is cut. */
#define SL_CPUS_MAX 65536

struct sl_cpus {
    uint64_t words[SL_CPUS_MAX / 64]; /* as the kernel lays it out */
};

SL_INLINE bool sl_cpus_has(const struct sl_cpus *cpus, unsigned long cpu)
{
    return cpu < SL_CPUS_MAX && (cpus->words[cpu / 64] >> (cpu % 64) & 1);
}

/* The processors that the mask and the quota grant, at least 1. */
unsigned sl_cpus_granted(void);
/* Where to pin worker i: the i-th processor of sl_cpus_order; -1: there is none. */
int sl_cpus_nth(unsigned i);
/* Keeps the calling thread on one processor; `before` gets what it was allowed until now. False:
 * the system does not let it, and nothing has changed. */
bool sl_cpus_pin(int cpu, struct sl_cpus *before);
void sl_cpus_unpin(const struct sl_cpus *before);
/* For threads that a pinned one has made: what the thread that pinned itself first was allowed.
 * Nothing if there was none. */
void sl_cpus_roam(void);
/* How many workers to make when options.workers says `asked`; SLEY_WORKERS of the environment
 * overrides a program that asked for more than one. -EINVAL. */
int sl_workers_wanted(int asked);

/* ---- the parts ---- */

/* The calling thread's mask, which the threads that it makes inherit. How many; 0: unknown. */
unsigned sl_cpus_affinity(struct sl_cpus *cpus);
/* The `allowed` processors, one of each core first, then the second of each core, and so on; in
 * each round by number. Leaves out the first `skip`, writes at most `room`; returns how many. */
unsigned sl_cpus_order(const char *root, const struct sl_cpus *allowed, unsigned skip, int *cpus,
                       unsigned room);
/* cgroup.c: the least quota of the process's control group and of those around it, of version 1
 * and 2, in whole processors, rounded up; 0: there is none. */
unsigned sl_cpus_quota(const char *root);
/* `setting` is what SLEY_WORKERS says, or NULL. */
int sl_workers_from(int asked, const char *setting, unsigned granted);

#endif
