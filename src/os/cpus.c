#include "os/cpus.h"

#include "base/atomic.h"

#include "os/plain.h"

#include <sley/options.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- which ---- */

unsigned sl_cpus_affinity(struct sl_cpus *cpus)
{
    unsigned n = 0;

    memset(cpus, 0, sizeof *cpus);
    if (sched_getaffinity(0, sizeof *cpus, (cpu_set_t *)(void *)cpus->words) != 0)
        return 0;
    for (size_t i = 0; i < SL_CPUS_MAX / 64; i++)
        n += (unsigned)__builtin_popcountll(cpus->words[i]);
    return n;
}

/* One range of a list such as "0-3,8". Returns what follows it, or NULL: there is none. */
static const char *next_range(const char *text, unsigned long *first, unsigned long *last)
{
    char *end;

    if (*text < '0' || *text > '9')
        return NULL;
    *first = *last = strtoul(text, &end, 10);
    if (*end == '-')
        *last = strtoul(end + 1, &end, 10);
    return *end == ',' ? end + 1 : end;
}

/* How many allowed processors of the same core stand before this one. */
static unsigned rank(const char *root, const struct sl_cpus *allowed, unsigned cpu)
{
    char path[4096], list[1024];
    const char *text = list;
    unsigned long first, last;
    unsigned before = 0;

    if (snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list",
                 root, cpu) >= (int)sizeof path ||
        sl_plain_text(path, list, sizeof list) < 0)
        return 0; /* as if it were a core of its own */
    while ((text = next_range(text, &first, &last)))
        for (; first <= last && first < cpu; first++)
            before += sl_cpus_has(allowed, first);
    return before;
}

unsigned sl_cpus_order(const char *root, const struct sl_cpus *allowed, unsigned skip, int *cpus,
                       unsigned room)
{
    unsigned n = 0;
    bool more = true;

    /* Rounds, not a sort: who asks for no more than there are cores reads each file once. */
    for (unsigned round = 0; more && n < room; round++) {
        more = false;
        for (unsigned cpu = 0; cpu < SL_CPUS_MAX && n < room; cpu++) {
            unsigned mine;

            if (!sl_cpus_has(allowed, cpu))
                continue;
            mine = rank(root, allowed, cpu);
            more |= mine > round;
            if (mine != round)
                continue;
            if (skip)
                skip--;
            else
                cpus[n++] = (int)cpu;
        }
    }
    return n;
}

int sl_cpus_nth(unsigned i)
{
    struct sl_cpus allowed;
    int cpu;

    sl_cpus_affinity(&allowed);
    return sl_cpus_order("", &allowed, i, &cpu, 1) ? cpu : -1;
}

/* ---- how many ---- */

unsigned sl_cpus_granted(void)
{
    struct sl_cpus allowed;
    unsigned n = sl_cpus_affinity(&allowed), quota = sl_cpus_quota("");

    if (!n) { /* a sandbox that refuses the call */
        long online = sysconf(_SC_NPROCESSORS_ONLN);

        n = online > 0 ? (unsigned)online : 1;
    }
    return quota && quota < n ? quota : n;
}

int sl_workers_from(int asked, const char *setting, unsigned granted)
{
    char *end;
    long n;

    if (asked < SLEY_ALL_CPUS || asked > SL_WORKERS_MAX)
        return -EINVAL;
    if (asked == 0 || asked == 1)
        return 1;
    if (setting && *setting) {
        n = strtol(setting, &end, 10);
        /* Whoever set it wants to be told that it is not what he gets. */
        return *end || n < 1 || n > SL_WORKERS_MAX ? -EINVAL : (int)n;
    }
    if (asked > 1)
        return asked;
    return granted > SL_WORKERS_MAX ? SL_WORKERS_MAX : (int)granted;
}

int sl_workers_wanted(int asked)
{
    return sl_workers_from(asked, getenv("SLEY_WORKERS"),
                           asked == SLEY_ALL_CPUS ? sl_cpus_granted() : 1);
}

/* ---- pinning ---- */

static struct sl_cpus first_mask;
static sl_atomic_u32 pinned; /* 1: first_mask is being written; 2: it is there */

static bool allow(const struct sl_cpus *cpus)
{
    return sched_setaffinity(0, sizeof *cpus, (const cpu_set_t *)(const void *)cpus) == 0;
}

bool sl_cpus_pin(int cpu, struct sl_cpus *before)
{
    struct sl_cpus one = {.words = {0}};
    uint32_t nobody = 0;

    if (cpu < 0 || !sl_cpus_affinity(before))
        return false;
    if (sl_cas_acq_rel(&pinned, &nobody, 1)) { /* pairs with itself */
        first_mask = *before;
        sl_store_release(&pinned, 2); /* pairs with sl_cpus_roam */
    }
    one.words[cpu / 64] = (uint64_t)1 << (cpu % 64);
    return allow(&one);
}

void sl_cpus_unpin(const struct sl_cpus *before)
{
    allow(before);
}

void sl_cpus_roam(void)
{
    if (sl_load_acquire(&pinned) == 2) /* pairs with sl_cpus_pin */
        allow(&first_mask);
}
