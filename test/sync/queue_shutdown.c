/* shutdown: no more puts; gets until it is empty, or not at all; everybody who waits is woken. */
#include "check.h"

#include <errno.h>

static intptr_t gets(void *queue)
{
    intptr_t item;

    return sley_queue_get(queue, &item);
}

static intptr_t puts_one(void *queue)
{
    return sley_queue_put(queue, 9);
}

static intptr_t joins(void *queue)
{
    return sley_queue_join(queue);
}

static int waiting_getters(void)
{
    sley_queue queue = SLEY_QUEUE_INIT_LOCAL(0);
    sley_task *a = sley_create_task(gets, &queue), *b = sley_create_task(gets, &queue);

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
    CHECK_EQ(sley_join(a), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_join(b), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_queue_put_nowait(&queue, 1), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_queue_put(&queue, 1), -SLEY_ESHUTDOWN);
    return sley_queue_close(&queue);
}

static int drained(void)
{
    sley_queue queue = SLEY_QUEUE_INIT_LOCAL(2);
    intptr_t item;
    sley_task *putter, *joiner;

    CHECK_EQ(sley_queue_put(&queue, 1), 0);
    CHECK_EQ(sley_queue_put(&queue, 2), 0);
    putter = sley_create_task(puts_one, &queue);
    joiner = sley_create_task(joins, &queue);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
    CHECK_EQ(sley_join(putter), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(sley_queue_get_nowait(&queue, &item), 0);
    CHECK_EQ(item, 2);
    CHECK_EQ(sley_queue_get(&queue, &item), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_queue_get_nowait(&queue, &item), -SLEY_ESHUTDOWN);
    CHECK(!sley_task_done(joiner)); /* what was taken is not done */
    CHECK_EQ(sley_queue_task_done(&queue), 0);
    CHECK_EQ(sley_queue_task_done(&queue), 0);
    CHECK_EQ(sley_join(joiner), 0);
    return sley_queue_close(&queue);
}

static int at_once(void)
{
    sley_queue queue = SLEY_QUEUE_INIT_LOCAL(3);
    intptr_t item;
    sley_task *joiner;

    for (int i = 0; i < 3; i++)
        CHECK_EQ(sley_queue_put(&queue, i), 0);
    CHECK_EQ(sley_queue_get(&queue, &item), 0); /* this one is not done */
    joiner = sley_create_task(joins, &queue);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_shutdown(&queue, true), 0);
    CHECK(sley_queue_empty(&queue));
    CHECK_EQ(sley_queue_get(&queue, &item), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_task_done(joiner));
    CHECK_EQ(sley_queue_task_done(&queue), 0);
    CHECK_EQ(sley_join(joiner), 0);
    CHECK_EQ(sley_queue_task_done(&queue), -SLEY_EVALUE);
    return sley_queue_close(&queue);
}

TEST_FIBER(a_queue_can_be_shut_down)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(waiting_getters(), 0);
    CHECK_EQ(drained(), 0);
    CHECK_EQ(at_once(), 0);
    return 0;
}
