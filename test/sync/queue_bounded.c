/* A bounded queue makes putters wait, in order; takes all of its memory at the first put; without
 * memory: -ENOMEM, and nothing was put. */
#include "check.h"

#include "../task/trail.h"
#include "os/sys.h"

#include <errno.h>

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(2);

static void *no_memory(size_t bytes, unsigned arena)
{
    (void)bytes, (void)arena;
    return NULL;
}

static intptr_t puts_one(void *item)
{
    CHECK_EQ(sley_queue_put(&queue, (intptr_t)item), 0);
    mark("put%d", (int)(intptr_t)item);
    return 0;
}

static intptr_t gets(void *arg)
{
    intptr_t item = 0;

    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    mark("got%d", (int)item);
    return (intptr_t)arg;
}

TEST_FIBER(a_bounded_queue_makes_putters_wait)
{
    ONE_LOOP(LOCAL_KIND);
    void *(*allocate)(size_t, unsigned) = sl_sys.allocate;
    sley_stats before = {.size = sizeof before}, after = {.size = sizeof after};
    intptr_t item;

    sl_sys.allocate = no_memory;
    CHECK_EQ(sley_queue_put_nowait(&queue, 9), -ENOMEM);
    CHECK_EQ(sley_queue_put(&queue, 9), -ENOMEM);
    sl_sys.allocate = allocate;
    CHECK(sley_queue_empty(&queue));
    CHECK_EQ(sley_queue_put(&queue, 1), 0);
    CHECK_EQ(sley_stats_get(&before), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 2), 0);
    CHECK_EQ(sley_stats_get(&after), 0);
    CHECK_EQ(before.allocations, after.allocations);
    CHECK(sley_queue_full(&queue));
    CHECK_EQ(sley_queue_maxsize(&queue), 2);
    CHECK_EQ(sley_queue_put_nowait(&queue, 3), -SLEY_EFULL);
    CHECK_EQ(sley_spawn(puts_one, (void *)3), 0);
    CHECK_EQ(sley_spawn(puts_one, (void *)4), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_queue_close(&queue), -EBUSY); /* somebody waits */
    for (int i = 1; i <= 4; i++) {
        CHECK_EQ(sley_queue_get(&queue, &item), 0);
        CHECK_EQ(item, i);
        CHECK_EQ(sley_yield(), 0);
    }
    CHECK_TEXT(trail, "put3 put4");
    CHECK_EQ(sley_spawn(gets, NULL), 0);
    CHECK_EQ(sley_spawn(gets, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 5), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 6), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "put3 put4 got5 got6");
    return sley_queue_close(&queue);
}
