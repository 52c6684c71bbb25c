#include "io/descriptor.h"

#include "io/operation.h"
#include "io/table.h"
#include "os/plain.h"
#include "ring/number.h"

#include <sley/descriptor.h>

#include <errno.h>

static const struct sl_wait_class poll_wait = SL_OPERATION_CLASS("poll");

static int close_now(struct sley_loop *loop, int fd)
{
    int rc;

    sl_number_renew(fd);
    rc = sl_sys.close(fd);
    sl_starved_freed(loop);
    return rc == -EINTR ? 0 : rc; /* on Linux it is closed all the same */
}

int sl_descriptor_close(struct sley_loop *loop, int fd)
{
    struct sl_ring *ring = loop ? loop->ring : NULL;
    enum sl_table_close close = sl_table_close(fd, ring ? ring->id : 0);

    if (close == SL_TABLE_BAD)
        return -EBADF;
    if (SL_LIKELY(close == SL_TABLE_FREE))
        return close_now(loop, fd);
    if (close == SL_TABLE_FOREIGN) {
        /* The other thread may be busy for long; a socket's peer at least sees the end now. */
        sl_plain_shutdown(fd, SHUT_RDWR);
        sl_ring_cancel_elsewhere(ring, fd);
    }
    /* If the last operation ends before this cancel reaches the kernel, and the number is taken
     * by another file, the cancel finds nothing of it: it stands in the queue before whatever is
     * submitted on that file (and see sl_ring_class.cancel_fd). */
    if (ring)
        ring->class->cancel_fd(ring, fd);
    if (close == SL_TABLE_FOREIGN)
        sl_table_end(fd);
    return 0;
}

int sley_close(int fd)
{
    struct sley_loop *loop = sl_enter();
    int rc = sl_descriptor_close(loop, fd);

    if (loop)
        sl_leave(loop);
    return rc;
}

int sley_poll(int fd, unsigned events)
{
    struct sl_operation operation = {
        .op = {.opcode = IORING_OP_POLL_ADD, .fd = fd, .flags = events & 0xffff}};

    if (fd < 0)
        return -EBADF;
    return sl_operation_call(&operation, &poll_wait);
}
