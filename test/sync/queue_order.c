/* FIFO, LIFO and priority queues; any word can be an item; growth keeps the order, wrapped around
 * or not. */
#include "check.h"

#include "base/rng.h"

#include <errno.h>

static int compare_backwards(intptr_t a, intptr_t b)
{
    return a > b ? -1 : a < b;
}

static int orders(void)
{
    static const intptr_t in[4] = {5, -1, INTPTR_MIN, 7};
    sley_queue lifo = SLEY_LIFO_QUEUE_INIT_LOCAL(0), priority = SLEY_PRIORITY_QUEUE_INIT(0, NULL);
    sley_queue largest = SLEY_PRIORITY_QUEUE_INIT_LOCAL(0, compare_backwards);
    intptr_t item, smallest[4] = {INTPTR_MIN, -1, 5, 7};

    for (int i = 0; i < 4; i++) {
        CHECK_EQ(sley_queue_put_nowait(&lifo, in[i]), 0);
        CHECK_EQ(sley_queue_put_nowait(&priority, in[i]), 0);
        CHECK_EQ(sley_queue_put_nowait(&largest, in[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(sley_queue_get_nowait(&lifo, &item), 0);
        CHECK(item == in[3 - i]);
        CHECK_EQ(sley_queue_get(&priority, &item), 0);
        CHECK(item == smallest[i]);
        CHECK_EQ(sley_queue_get(&largest, &item), 0);
        CHECK(item == smallest[3 - i]);
    }
    CHECK_EQ(sley_queue_get_nowait(&priority, &item), -SLEY_EEMPTY);
    CHECK_EQ(sley_queue_close(&lifo), 0);
    CHECK_EQ(sley_queue_close(&priority), 0);
    return sley_queue_close(&largest);
}

TEST_FIBER(queues_keep_their_order)
{
    ONE_LOOP(LOCAL_KIND);
    sley_queue queue = {0}; /* zero: an unbounded FIFO */
    struct sl_rng rng = {3};
    intptr_t in = 0, out = 0, item;

    CHECK_EQ(orders(), 0);
    CHECK(sley_queue_empty(&queue) && !sley_queue_full(&queue));
    CHECK_EQ(sley_queue_maxsize(&queue), 0);
    while (out < 5000) {
        if (in < 5000 && (in == out || sl_rng_below(&rng, 9) < 5)) {
            CHECK_EQ(sley_queue_put(&queue, in++), 0);
        } else {
            CHECK_EQ(sley_queue_get(&queue, &item), 0);
            CHECK_EQ(item, out++);
        }
        CHECK_EQ(sley_queue_qsize(&queue), in - out);
    }
    return sley_queue_close(&queue);
}
