/* sync/queue.h: what queue.c and queue_shared.c have in common: the items. */
#ifndef SL_SYNC_QUEUE_H
#define SL_SYNC_QUEUE_H

#include "base/heap.h"
#include "sync/shared.h"

#include <sley/queue.h>

enum { SL_QUEUE_FIFO, SL_QUEUE_LIFO, SL_QUEUE_PRIORITY }; /* FIFO is 0: the quick paths */

/* Bits of _shut. The last two are of the shared kind: the lists are not empty. */
enum { SL_QUEUE_SHUT = 1, SL_QUEUE_GETTERS = 2, SL_QUEUE_PUTTERS = 4 };

/* Signed integers, the smallest first. */
int sl_queue_by_number(intptr_t a, intptr_t b);

/* How much is to be allocated if there is no room in memory for one more. A bounded queue grows
 * once. SIZE_MAX: too much. */
size_t sl_queue_next_capacity(const sley_queue *queue);
/* Puts a full queue's items into larger memory. */
void sl_queue_move(sley_queue *queue, intptr_t *items, size_t capacity);

SL_INLINE sl_heap_compare *sl_queue_compare(const sley_queue *queue)
{
    return queue->_compare ? queue->_compare : sl_queue_by_number;
}

SL_INLINE bool sl_queue_has_room(const sley_queue *queue)
{
    return !queue->_maxsize || queue->_count < queue->_maxsize;
}
SL_INLINE bool sl_queue_has_item(const sley_queue *queue)
{
    return queue->_count > 0;
}

SL_INLINE void sl_queue_insert(sley_queue *queue, intptr_t item)
{
    size_t at = queue->_head + queue->_count;

    if (queue->_order == SL_QUEUE_PRIORITY)
        sl_heap_push(queue->_items, queue->_count, item, sl_queue_compare(queue));
    else
        queue->_items[at < queue->_capacity ? at : at - queue->_capacity] = item;
    queue->_count++;
}

SL_INLINE intptr_t sl_queue_extract(sley_queue *queue)
{
    intptr_t item;

    if (queue->_order == SL_QUEUE_PRIORITY) {
        item = sl_heap_pop(queue->_items, queue->_count, sl_queue_compare(queue));
    } else if (queue->_order == SL_QUEUE_LIFO) {
        item = queue->_items[queue->_count - 1];
    } else {
        item = queue->_items[queue->_head];
        if (++queue->_head == queue->_capacity)
            queue->_head = 0;
    }
    queue->_count--;
    return item;
}

/* Forgets everything that is in it. */
SL_INLINE void sl_queue_empty_it(sley_queue *queue)
{
    queue->_items = NULL;
    queue->_capacity = queue->_head = queue->_count = 0;
    queue->_unfinished = 0;
    queue->_shut = 0;
}

/* ---- the shared kind: queue_shared.c, queue_quick.c, queue_end.c ---- */

/* Under the guard: says in _shut who waits. */
static inline void sl_queue_note_lists(sley_queue *queue)
{
    queue->_shut = (queue->_shut & SL_QUEUE_SHUT) |
                   (queue->_getters.first ? SL_QUEUE_GETTERS : 0) |
                   (queue->_putters.first ? SL_QUEUE_PUTTERS : 0);
}

/* The first whose wait is not over, or NULL. Whoever was cancelled need not be in the list. */
static inline struct sl_node *sl_queue_claim_next(struct sley_loop *loop, sley_links *list)
{
    struct sl_node *node;

    while ((node = sl_node_of(sl_chain_first(list)))) {
        sl_node_unlist(node, list);
        if (sl_node_claim(loop, node))
            return node;
    }
    return NULL;
}

static inline void sl_queue_claim_all(struct sley_loop *loop, sley_links *list,
                                      struct sl_woken *woken)
{
    struct sl_node *node;

    while ((node = sl_queue_claim_next(loop, list)))
        sl_woken_add(woken, node);
}

/* The end of a call of the shared kind, without the guard. */
SL_INLINE int sl_queue_leave(struct sley_loop *loop, struct sl_woken *woken,
                             int rc)
{
    if (SL_UNLIKELY(woken->first != NULL))
        sl_woken_ready(loop, woken);
    sl_shared_leave(loop);
    return rc;
}

extern const struct sl_wait_class sl_queue_get_wait;

/* Everything, in order. `held`: after sl_shared_at_once, and the guard is held. */
SLEY_SUSPENDS int sl_queue_put_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t item,
                                      bool held);
SLEY_SUSPENDS int sl_queue_get_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
                                      bool held);
/* Goes on where something else than a wake has happened to who waited by sync/alone.h. */
SLEY_SUSPENDS int sl_queue_get_interrupted(struct sley_loop *loop, sley_queue *queue,
                                           intptr_t *item, struct sl_node *node);

SLEY_SUSPENDS int sl_queue_put_shared(struct sley_loop *loop, sley_queue *queue, intptr_t item);
SLEY_SUSPENDS int sl_queue_get_shared(struct sley_loop *loop, sley_queue *queue, intptr_t *item);
int sl_queue_put_nowait_shared(sley_queue *queue, intptr_t item);
int sl_queue_get_nowait_shared(sley_queue *queue, intptr_t *item);
int sl_queue_task_done_shared(sley_queue *queue);
SLEY_SUSPENDS int sl_queue_join_shared(sley_queue *queue);
int sl_queue_shutdown_shared(sley_queue *queue, bool immediate);
size_t sl_queue_size_shared(const sley_queue *queue);
int sl_queue_close_shared(sley_queue *queue);

#endif
