/* A real seccomp filter, as containers have one: sley_run says that io_uring is refused. */
#include "ring_test.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static intptr_t never(void *arg)
{
    (void)arg;
    return 0;
}

TEST_PLAIN(seccomp)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

    need_uring();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        SKIP("no seccomp here");
    assert_int_equal(sley_run(never, NULL, NULL), -SLEY_ENOURING);
    assert_int_equal(sley_run(never, NULL, &SLEY_OPTIONS(.simulated_ring = true)), 0);
}
