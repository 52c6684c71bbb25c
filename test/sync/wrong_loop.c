/* A local primitive belongs to the loop that used it first: any other is refused, also when nobody
 * waits. A shared one goes along. */
#include "two_loops.h"

#include <errno.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL, shared = SLEY_LOCK_INIT;
static sley_event event = SLEY_EVENT_INIT_LOCAL;
static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT_LOCAL(1);
static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(0);
static sley_condition condition = SLEY_CONDITION_INIT_LOCAL;
static sley_barrier barrier = SLEY_BARRIER_INIT_LOCAL(1);

static intptr_t use(void *wanted)
{
    intptr_t rc = (intptr_t)wanted, item;

    CHECK_EQ(sley_lock_acquire(&lock), rc);
    CHECK_EQ(sley_lock_release(&lock), rc);
    CHECK_EQ(sley_lock_try_acquire(&lock), rc);
    CHECK_EQ(sley_lock_release(&lock), rc);
    CHECK_EQ(sley_event_set(&event), rc);
    CHECK_EQ(sley_event_wait(&event), rc);
    CHECK_EQ(sley_semaphore_acquire(&semaphore), rc);
    CHECK_EQ(sley_semaphore_release(&semaphore), rc);
    CHECK_EQ(sley_semaphore_try_acquire(&semaphore), rc);
    CHECK_EQ(sley_semaphore_release(&semaphore), rc);
    CHECK_EQ(sley_queue_put(&queue, 1), rc);
    CHECK_EQ(sley_queue_get(&queue, &item), rc);
    CHECK_EQ(sley_queue_put_nowait(&queue, 1), rc);
    CHECK_EQ(sley_queue_get_nowait(&queue, &item), rc);
    CHECK_EQ(sley_queue_task_done(&queue), rc);
    CHECK_EQ(sley_queue_task_done(&queue), rc);
    CHECK_EQ(sley_queue_join(&queue), rc);
    CHECK_EQ(sley_condition_acquire(&condition), rc);
    if (rc == 0)
        CHECK_EQ(sley_condition_notify_all(&condition), 0);
    CHECK_EQ(sley_condition_release(&condition), rc);
    CHECK_EQ(sley_barrier_wait(&barrier), rc);
    CHECK_EQ(sley_barrier_reset(&barrier), rc);
    CHECK_EQ(sley_lock_acquire(&shared), 0);
    return sley_lock_release(&shared);
}

static intptr_t in_another_loop(void *arg)
{
    (void)arg;
    return use((void *)-SLEY_EWRONGLOOP);
}

static void close_the_queue(void)
{
    sley_queue_close(&queue);
}

TEST_PLAIN(a_local_primitive_stays_on_its_loop)
{
    ONE_LOOP(LOCAL_KIND);
    in_two_loops(use, in_another_loop, use, close_the_queue);
}
