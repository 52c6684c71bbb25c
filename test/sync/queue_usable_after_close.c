/* close frees the items' memory; the queue is empty and usable again, one that was shut down, too.
 * */
#include "check.h"

TEST_FIBER(a_closed_queue_can_be_used_again)
{
    ONE_LOOP(LOCAL_KIND);
    sley_queue queue = SLEY_QUEUE_INIT(0);
    intptr_t item;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            CHECK_EQ(sley_queue_put_nowait(&queue, i), 0);
        CHECK_EQ(sley_queue_get_nowait(&queue, &item), 0);
        CHECK_EQ(item, 0);
        if (round == 1)
            CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
        CHECK_EQ(sley_queue_close(&queue), 0);
        CHECK(sley_queue_empty(&queue));
        CHECK_EQ(sley_queue_task_done(&queue), -SLEY_EVALUE);
    }
    return 0;
}
