/* join waits until every item that was put is done; task_done too often is an error. */
#include "check.h"

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(0);
static int worked;

static intptr_t works(void *arg)
{
    intptr_t item;

    while (sley_queue_get(&queue, &item) == 0) {
        CHECK_EQ(sley_sleep(sley_ms(item)), 0);
        worked++;
        CHECK_EQ(sley_queue_task_done(&queue), 0);
    }
    return (intptr_t)arg;
}

TEST_FIBER_WITH(join_waits_for_the_work, .virtual_clock = true)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(sley_queue_join(&queue), 0); /* nothing was put */
    CHECK_EQ(sley_queue_task_done(&queue), -SLEY_EVALUE);
    for (int i = 1; i <= 4; i++)
        CHECK_EQ(sley_queue_put(&queue, i), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_spawn(works, NULL), 0);
    CHECK_EQ(sley_queue_join(&queue), 0);
    CHECK_EQ(worked, 4);
    CHECK_EQ(sley_time().ns, 6000000);
    CHECK_EQ(sley_queue_task_done(&queue), -SLEY_EVALUE);
    CHECK_EQ(sley_queue_put(&queue, 1), 0); /* and again */
    CHECK_EQ(sley_queue_join(&queue), 0);
    CHECK_EQ(worked, 5);
    CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_all_tasks(NULL, 0), 1);
    return sley_queue_close(&queue);
}
