/* A thread has a short time slice while it runs a loop. */
#include "check.h"

#include "os/slice.h"

#include <sys/syscall.h>
#include <unistd.h>

static uint64_t slice(void)
{
    struct sl_sched_attr now = {0};

    return syscall(SYS_sched_getattr, 0, &now, sizeof now, 0, 0) ? 0 : now.slice;
}

static void set_slice(uint64_t ns)
{
    struct sl_sched_attr wanted = {.size = sizeof wanted, .slice = ns};

    assert_int_equal(syscall(SYS_sched_setattr, 0, &wanted, 0), 0);
}

static intptr_t own(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_sleep(sley_ms(1)), 0); /* of many workers it may go on at another one */
    return (intptr_t)slice();
}

static intptr_t run(int workers, bool kernel_slices)
{
    sley_options options = {
        .size = sizeof options, .workers = workers, .kernel_slices = kernel_slices,
        .simulated_ring = sl_test_simulated()};

    return sley_run(own, NULL, &options);
}

TEST_PLAIN(slices_are_short_while_a_loop_sleeps)
{
    uint64_t before = slice();

    if (before <= SL_SLICE_NS)
        SKIP("a kernel that knows no slices of threads, or has short ones");
    for (int workers = 1; workers <= 2; workers++) {
        CHECK_EQ_VOID(run(workers, false), SL_SLICE_NS);
        CHECK_EQ_VOID(slice(), before);
        CHECK_EQ_VOID(run(workers, true), before);
    }
    set_slice(300000); /* it may have its reasons */
    CHECK_EQ_VOID(run(1, false), 300000);
    CHECK_EQ_VOID(slice(), 300000);
    set_slice(5000000);
    CHECK_EQ_VOID(run(1, false), SL_SLICE_NS);
    CHECK_EQ_VOID(slice(), 5000000);
}
