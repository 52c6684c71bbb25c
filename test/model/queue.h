/* queue.h: a shared queue, FIFO, with room for one item, which never grows. */
#ifndef SL_MODEL_QUEUE_H
#define SL_MODEL_QUEUE_H

#include "waiters.h"

#include "sync/queue_shared.c"
#include "sync/queue_quick.c"

#define MOST 4

static sley_queue queue;
static intptr_t items_of_queue[MOST];

int sl_queue_by_number(intptr_t a, intptr_t b)
{
    return a < b ? -1 : a > b;
}
size_t sl_queue_next_capacity(const sley_queue *of)
{
    return of->_maxsize;
}
void sl_queue_move(sley_queue *of, intptr_t *items, size_t capacity)
{
    of->_items = items;
    of->_capacity = capacity;
}
void sl_heap_push(intptr_t *items, size_t count, intptr_t item, sl_heap_compare *compare)
{
    (void)compare;
    items[count] = item;
}
intptr_t sl_heap_pop(intptr_t *items, size_t count, sl_heap_compare *compare)
{
    (void)compare;
    return items[count - 1];
}
struct sl_sys sl_sys;

static void setup_queue(bool own)
{
    setup_waiters(own);
    queue = (sley_queue)SLEY_QUEUE_INIT(1);
    queue._items = items_of_queue;
    queue._capacity = 1;
    memset(items_of_queue, 0, sizeof items_of_queue);
}

#endif
