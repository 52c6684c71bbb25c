/* A worker whose ring says that there is more, when there is not, sleeps all the same. The kernel
 * does that: it may set TASKRUN after the work that it is about has been done. */
#include "check.h"

#include "ring/uring.h"
#include "sched/current.h"
#include "sched/worker.h"

enum { WORKERS = 3 };

static intptr_t marks(void *arg)
{
    struct sley_loop *loop = sl_current();
    struct uring *uring = loop->ring->state;

    /* No other thread but the kernel's side of this one writes it. */
    __atomic_fetch_or((uint32_t *)(uintptr_t)uring->sq_flags, IORING_SQ_TASKRUN, __ATOMIC_RELAXED);
    return (intptr_t)arg;
}

static uint64_t enters(void)
{
    sley_stats stats = {.size = sizeof stats};

    sley_stats_get(&stats);
    return stats.enters;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[WORKERS];
    uint64_t before;

    for (unsigned i = 0; i < WORKERS; i++) {
        sley_task_options options = {.pinned = true, .worker = i};

        tasks[i] = sley_create_task_with(marks, NULL, &options);
    }
    for (unsigned i = 0; i < WORKERS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    before = enters();
    CHECK_EQ(sley_sleep(sley_ms(100)), 0);
    CHECK(enters() - before < 2000); /* one looks around every millisecond */
    return (intptr_t)arg;
}

TEST_PLAIN(a_stale_flag_keeps_nobody_awake)
{
    sley_options options = {.workers = WORKERS};

    if (sl_test_simulated() || sl_test_epoll())
        SKIP("only io_uring has such a flag");
    assert_int_equal(sl_test_run(body, &options), 0);
}
