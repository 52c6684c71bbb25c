/* os/slice.h: a thread that mostly sleeps asks for short time slices.
 *
 * Since Linux 6.12 an ordinary thread may say how long its slice is. Its share of the processor
 * stays what it was; but who is woken and has a shorter slice than who runs need not wait until
 * that one sleeps, or has used up its own. */
#ifndef SL_OS_SLICE_H
#define SL_OS_SLICE_H

#include <stdint.h>

/* What the kernel gives on one processor; on eight it is four times as much. */
#define SL_SLICE_NS 700000

/* The kernel's struct sched_attr, in its first version; glibc has none before 2.41. */
struct sl_sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice, deadline, period;
};

/* The calling thread's slice is no longer than that from now on. Returns what restores it, or 0: an
 * older kernel, a real-time thread and one with a short slice of its own are left as they are. */
uint64_t sl_slice_shorten(void);
void sl_slice_restore(uint64_t before);

#endif
