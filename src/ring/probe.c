#include "os/sys.h"
#include "ring/kernel.h"
#include "os/plain.h"

#include <errno.h>

static const uint8_t needed[] = {
    IORING_OP_NOP,     IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL, IORING_OP_ACCEPT,
    IORING_OP_CONNECT, IORING_OP_SEND,     IORING_OP_RECV,         IORING_OP_READ,
    IORING_OP_WRITE,   IORING_OP_OPENAT,   IORING_OP_FSYNC,
};

#define PROBE_OPS 64

int sl_kernel_probe(int ring_fd, uint8_t *lacks)
{
    union {
        struct io_uring_probe probe;
        char room[sizeof(struct io_uring_probe) + PROBE_OPS * sizeof(struct io_uring_probe_op)];
    } answer = {.room = {0}};
    int rc = sl_sys.ring_register(ring_fd, IORING_REGISTER_PROBE, &answer, PROBE_OPS);

    *lacks = IORING_OP_LAST;
    if (rc < 0)
        return -ENOSYS;
    for (size_t i = 0; i < sizeof needed; i++) {
        *lacks = needed[i];
        if (needed[i] > answer.probe.last_op ||
            !(answer.probe.ops[needed[i]].flags & IO_URING_OP_SUPPORTED))
            return -ENOSYS;
    }
    return 0;
}

const char *sl_kernel_refusal(int error)
{
    switch (error) {
    case -ENOSYS:
        return "the kernel has no io_uring that sley can use, or a seccomp filter hides it";
    case -EPERM:
    case -EACCES:
        switch (sl_plain_number("/proc/sys/kernel/io_uring_disabled")) {
        case 2:
            return "io_uring is switched off here: sysctl kernel.io_uring_disabled is 2";
        case 1:
            return "io_uring is for members of a group here: sysctl kernel.io_uring_disabled is 1";
        default:
            return "io_uring is refused, usually by the seccomp filter of a container";
        }
    case -ENOMEM:
        return "no memory for a ring: RLIMIT_MEMLOCK counts rings, also those of others";
    default:
        return sl_kernel_lacks(error, "io_uring_setup failed");
    }
}

const char *sl_kernel_lacks(int error, const char *otherwise)
{
    if (error == -ENOMEM)
        return "no memory for a ring";
    return error == -EMFILE || error == -ENFILE ? "no descriptor left for a ring" : otherwise;
}
