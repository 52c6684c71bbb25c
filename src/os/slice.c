#include "os/slice.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's struct sched_attr, in its first version. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice, deadline, period;
};

static uint64_t set(uint64_t ns, uint64_t at_least)
{
    struct attributes now = {0};
    uint64_t before;

    if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0, 0) || now.policy != SCHED_OTHER)
        return 0;
    before = now.slice; /* 0: a kernel that keeps it to itself */
    if (before <= at_least)
        return 0;
    now.slice = ns;
    return syscall(SYS_sched_setattr, 0, &now, 0) ? 0 : before;
}

uint64_t sl_slice_shorten(void)
{
    return set(SL_SLICE_NS, SL_SLICE_NS);
}

void sl_slice_restore(uint64_t before)
{
    if (before)
        set(before, 0);
}
