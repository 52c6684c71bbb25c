/* reset breaks those who wait, then the barrier works again; abort breaks it until a reset; a
 * cancelled waiter just leaves. */
#include "check.h"

#include <errno.h>

static sley_barrier barrier = SLEY_BARRIER_INIT_LOCAL(2);

static intptr_t meets(void *arg)
{
    ssize_t rc = sley_barrier_wait(&barrier);

    return rc < 0 ? rc : (intptr_t)arg;
}

static int by(int (*change)(sley_barrier *), bool broken)
{
    sley_task *task = sley_create_task(meets, NULL);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_barrier_n_waiting(&barrier), 1);
    CHECK_EQ(change(&barrier), 0);
    CHECK_EQ(sley_join(task), -SLEY_EBROKEN);
    CHECK_EQ(sley_barrier_broken(&barrier), broken);
    CHECK_EQ(sley_barrier_n_waiting(&barrier), 0);
    return 0;
}

static int both_meet(void)
{
    sley_coro coros[2] = {SLEY_CORO(meets, (void *)1), SLEY_CORO(meets, (void *)2)};

    return sley_gather(NULL, 2, coros, 0);
}

TEST_FIBER(a_barrier_can_be_reset_and_aborted)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *task;

    CHECK_EQ(by(sley_barrier_reset, false), 0);
    CHECK_EQ(both_meet(), 0);
    CHECK_EQ(by(sley_barrier_abort, true), 0);
    CHECK_EQ(sley_barrier_wait(&barrier), -SLEY_EBROKEN);
    CHECK_EQ(sley_barrier_reset(&barrier), 0);
    CHECK(!sley_barrier_broken(&barrier));

    task = sley_create_task(meets, NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    CHECK_EQ(sley_barrier_n_waiting(&barrier), 0);
    CHECK(!sley_barrier_broken(&barrier));
    CHECK_EQ(both_meet(), 0);
    return 0;
}
