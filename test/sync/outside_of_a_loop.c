/* Before a loop runs a queue can be filled, an event set and a semaphore released, as in a
 * program's main; what would have to wait says -SLEY_ENOLOOP. */
#include "check.h"

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(0);
static sley_event event = SLEY_EVENT_INIT_LOCAL;
static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT_LOCAL(0);

static intptr_t uses(void *arg)
{
    intptr_t item;

    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(item, 5);
    CHECK_EQ(sley_event_wait(&event), 0);
    CHECK_EQ(sley_semaphore_acquire(&semaphore), 0);
    return (intptr_t)arg;
}

TEST_PLAIN(what_does_not_wait_works_outside_of_a_loop)
{
    ONE_LOOP(LOCAL_KIND);
    intptr_t item;

    CHECK_EQ_VOID(sley_queue_get(&queue, &item), -SLEY_ENOLOOP);
    CHECK_EQ_VOID(sley_queue_get_nowait(&queue, &item), -SLEY_EEMPTY);
    CHECK_EQ_VOID(sley_queue_put_nowait(&queue, 5), 0);
    CHECK_EQ_VOID(sley_event_set(&event), 0);
    CHECK_EQ_VOID(sley_event_wait(&event), -SLEY_ENOLOOP);
    CHECK_EQ_VOID(sley_semaphore_release(&semaphore), 0);
    CHECK_EQ_VOID(sley_semaphore_acquire(&semaphore), -SLEY_ENOLOOP);
    assert_int_equal(sl_test_run(uses, NULL), 0);
    CHECK_EQ_VOID(sley_queue_close(&queue), 0);
}
