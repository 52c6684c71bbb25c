/* No item and no room is lost to a cancel: a getter or putter that was woken and is cancelled wakes
 * the next one. */
#include "check.h"

#include <errno.h>

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(1);

static intptr_t gets(void *arg)
{
    intptr_t item = 0;
    int rc = sley_queue_get(&queue, &item);

    (void)arg;
    return rc < 0 ? rc : item;
}

static intptr_t puts_one(void *item)
{
    return sley_queue_put(&queue, (intptr_t)item);
}

static int getters(bool put_first)
{
    sley_task *a = sley_create_task(gets, NULL), *b = sley_create_task(gets, NULL);

    CHECK_EQ(sley_yield(), 0);
    if (put_first)
        CHECK_EQ(sley_queue_put_nowait(&queue, 7), 0);
    CHECK(sley_task_cancel(a));
    if (!put_first)
        CHECK_EQ(sley_queue_put_nowait(&queue, 7), 0);
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), 7);
    CHECK(sley_queue_empty(&queue));
    return 0;
}

static int putters(bool get_first)
{
    intptr_t item = 0;
    sley_task *a, *b;

    CHECK_EQ(sley_queue_put(&queue, 1), 0);
    a = sley_create_task(puts_one, (void *)2);
    b = sley_create_task(puts_one, (void *)3);
    CHECK_EQ(sley_yield(), 0);
    if (get_first)
        CHECK_EQ(sley_queue_get_nowait(&queue, &item), 0);
    CHECK(sley_task_cancel(a));
    if (!get_first)
        CHECK_EQ(sley_queue_get_nowait(&queue, &item), 0);
    CHECK_EQ(item, 1);
    CHECK_EQ(sley_join(a), -ECANCELED);
    CHECK_EQ(sley_join(b), 0);
    CHECK_EQ(sley_queue_get_nowait(&queue, &item), 0);
    CHECK_EQ(item, 3); /* a's was not put */
    CHECK_EQ(sley_queue_get_nowait(&queue, &item), -SLEY_EEMPTY);
    return 0;
}

/* A newcomer takes the item of a getter that was woken: that one waits again, at the tail. */
static int overtaken(void)
{
    sley_task *a = sley_create_task(gets, NULL);
    intptr_t item;

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 5), 0);
    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(item, 5);
    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_task_done(a));
    CHECK_EQ(sley_queue_put_nowait(&queue, 6), 0);
    CHECK_EQ(sley_join(a), 6);
    return 0;
}

TEST_FIBER(no_item_is_lost_to_a_cancel)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(getters(true), 0);
    CHECK_EQ(getters(false), 0);
    CHECK_EQ(putters(true), 0);
    CHECK_EQ(putters(false), 0);
    CHECK_EQ(overtaken(), 0);
    return sley_queue_close(&queue);
}
