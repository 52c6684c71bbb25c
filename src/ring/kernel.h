/* ring/kernel.h: what sley knows about kernels: the only file that does.
 *
 * The system's headers are those of Debian 12 (liburing 2.3, Linux 6.1); newer words are defined
 * here. Features are asked for and never inferred from a version. */
#ifndef SL_RING_KERNEL_H
#define SL_RING_KERNEL_H

#include "base/check.h"

#include <liburing.h>
#include <stdbool.h>

/* 6.15: a wait for completions does not count as waiting for a disk, so that the processor may
 * sleep deeply. */
#define SL_FEAT_NO_IOWAIT (1u << 17)
#define SL_ENTER_NO_IOWAIT (1u << 7)

/* Without these there is no ring: one mapping for both queues (5.4), no completion is ever dropped
 * and what an entry points to may go after its submission (5.5), offset -1 is the file's own
 * (5.6), sockets wait by poll and not in threads (5.7), enter takes a timeout (5.11). The
 * doorbell's multishot poll came with resource tags (5.13): no feature of its own tells of it. */
#define SL_FEAT_NEEDED                                                                      \
    (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE |             \
     IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG |           \
     IORING_FEAT_RSRC_TAGS)

/* The flags of a ring, the best first; a kernel that does not know one answers -EINVAL. Deferred
 * work (6.1) runs in enter alone, which is what batches completions; a ring without it is
 * interrupted for each (COOP_TASKRUN, 5.19: at its next system call). */
#define SL_SETUP_BASE (IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE)
#define SL_SETUP_LEVELS                                                                     \
    {                                                                                       \
        SL_SETUP_BASE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG |               \
            IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,                        \
        SL_SETUP_BASE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG |               \
            IORING_SETUP_COOP_TASKRUN,                                                      \
        SL_SETUP_BASE | IORING_SETUP_SUBMIT_ALL,                                            \
        SL_SETUP_BASE,                                                                      \
    }

/* probe.c: does the ring know every operation that sley queues? 0, or -ENOSYS, and the first one
 * that it does not know (IORING_OP_LAST: it does not say). */
int sl_kernel_probe(int ring_fd, uint8_t *lacks);
/* A sentence: why this process gets no ring, from the error of io_uring_setup. Static text. */
const char *sl_kernel_refusal(int error);
/* The same of what every ring needs; `otherwise`: what no limit explains. */
const char *sl_kernel_lacks(int error, const char *otherwise);

#endif
