#include "older_kernel.h"

#include "os/sys.h"
#include "ring/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* What came after 5.15: SUBMIT_ALL and registered rings (5.18), COOP_TASKRUN and TASKRUN_FLAG
 * (5.19), SINGLE_ISSUER (6.0), DEFER_TASKRUN (6.1). */
#define UNKNOWN_SETUP (~(IORING_SETUP_IOPOLL | IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | \
                         IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_ATTACH_WQ | \
                         IORING_SETUP_R_DISABLED))
#define UNKNOWN_FEATURES (IORING_FEAT_CQE_SKIP | IORING_FEAT_LINKED_FILE | SL_FEAT_NO_IOWAIT)
#define RINGS 4096

static struct sl_sys real;

/* A second view of each ring's submission queue; it keeps the ring alive, so it goes with close. */
static struct view {
    char *queue;
    struct io_uring_sqe *entries;
    size_t queue_bytes, entries_bytes;
    struct io_sqring_offsets offsets;
} views[RINGS];

static void *map(int fd, size_t bytes, off_t offset)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

    if (memory == MAP_FAILED)
        abort();
    madvise(memory, bytes, MADV_DONTFORK);
    return memory;
}

static int setup(unsigned entries, struct io_uring_params *params)
{
    struct view *view;
    int fd;

    if (params->flags & UNKNOWN_SETUP)
        return -EINVAL;
    fd = real.ring_setup(entries, params);
    if (fd < 0)
        return fd;
    if (fd >= RINGS)
        abort();
    params->features &= ~UNKNOWN_FEATURES;
    view = &views[fd];
    view->offsets = params->sq_off;
    view->queue_bytes = params->sq_off.array + params->sq_entries * sizeof(unsigned);
    view->entries_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
    view->queue = map(fd, view->queue_bytes, IORING_OFF_SQ_RING);
    view->entries = map(fd, view->entries_bytes, IORING_OFF_SQES);
    return fd;
}

static unsigned at(const struct view *view, unsigned offset)
{
    return *(volatile unsigned *)(void *)(view->queue + offset);
}

/* 5.19 gave accept, receive and cancel their flags: who sees one answers -EINVAL, as the real one
 * does of flags that nobody knows. */
static int enter(int fd, unsigned submitted, unsigned complete, unsigned flags, const void *arg,
                 size_t size)
{
    struct view *view = &views[fd];
    unsigned head = at(view, view->offsets.head), mask = at(view, view->offsets.ring_mask);

    for (unsigned i = 0; i < submitted; i++) {
        struct io_uring_sqe *sqe = &view->entries[(head + i) & mask];

        if (sqe->opcode == IORING_OP_ASYNC_CANCEL && sqe->cancel_flags)
            sqe->cancel_flags = UINT32_MAX;
        else if ((sqe->opcode == IORING_OP_ACCEPT || sqe->opcode == IORING_OP_RECV) && sqe->ioprio)
            sqe->ioprio = UINT16_MAX;
    }
    return real.ring_enter(fd, submitted, complete, flags, arg, size);
}

static int registration(int fd, unsigned opcode, void *arg, unsigned n)
{
    return opcode >= IORING_REGISTER_RING_FDS ? -EINVAL : real.ring_register(fd, opcode, arg, n);
}

static int forget(int fd)
{
    if (fd >= 0 && fd < RINGS && views[fd].queue) {
        munmap(views[fd].queue, views[fd].queue_bytes);
        munmap(views[fd].entries, views[fd].entries_bytes);
        views[fd].queue = NULL;
    }
    return real.close(fd);
}

static int advise(void *memory, size_t bytes, int advice)
{
    return advice >= MADV_GUARD_INSTALL ? -EINVAL : real.advise(memory, bytes, advice);
}

void sl_test_older_kernel(void)
{
    const char *wanted = getenv("SLEY_TEST_KERNEL");

    if (!wanted || strcmp(wanted, "5.15"))
        return;
    real = sl_sys;
    sl_sys.ring_setup = setup;
    sl_sys.ring_enter = enter;
    sl_sys.ring_register = registration;
    sl_sys.close = forget;
    sl_sys.advise = advise;
}
