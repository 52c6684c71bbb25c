/* The shared queue, for a task that has been asked nothing: what needs no wait, or is handed from
 * one task to another. All else is queue_shared.c's, which is given the guard as it is held. */
#include "sync/alone.h"
#include "sync/queue.h"

/* The first of them has been taken out. */
SL_INLINE void note_getters(sley_queue *queue)
{
    if (!queue->_getters.first)
        queue->_shut &= ~(uint32_t)SL_QUEUE_GETTERS;
}

/* A FIFO's only item, for the first who waits. */
static SL_NOINLINE int put_to_getter(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    struct sl_node *node = sl_queue_claim_next(loop, &queue->_getters);

    note_getters(queue);
    if (!node)
        return sl_queue_put_slowly(loop, queue, item, true);
    queue->_unfinished++;
    if (node->wait.flags & SL_NODE_EXACT) {
        sl_queue_insert(queue, item);
    } else {
        node->item = item;
        node->wait.flags |= SL_NODE_HANDED;
    }
    sl_guard_unlock(&queue->_guard);
    sl_enter_loop(loop);
    sl_node_ready(loop, node);
    sl_leave(loop);
    return 0;
}

/* Somebody waits for an item, or there is no room, or it is no FIFO. Between tasks of a runtime of
 * one loop it does what put_to_getter would, in 52 instructions less. */
static SL_NOINLINE int put_held(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    struct sl_node *node;

    if (queue->_count || !queue->_capacity || queue->_order != SL_QUEUE_FIFO ||
        (queue->_shut & (SL_QUEUE_SHUT | SL_QUEUE_GETTERS)) != SL_QUEUE_GETTERS)
        return sl_queue_put_slowly(loop, queue, item, true);
    if (SL_UNLIKELY(!(node = sl_alone_claim_first(loop, &queue->_getters))))
        return put_to_getter(loop, queue, item);
    note_getters(queue);
    queue->_items[queue->_head] = item;
    queue->_count = 1;
    queue->_unfinished++;
    sl_guard_unlock(&queue->_guard);
    sl_enter_loop(loop);
    sl_ready_push(loop, &node->wait.fiber->entry);
    sl_leave(loop);
    return 0;
}

/* Room, and nobody to wake. Where there is memory there is room. */
SL_INLINE int put_quickly(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    if (SL_UNLIKELY(queue->_count >= queue->_capacity ||
                    (queue->_order | (queue->_shut & (SL_QUEUE_SHUT | SL_QUEUE_GETTERS)))))
        return put_held(loop, queue, item);
    sl_queue_insert(queue, item);
    queue->_unfinished++;
    sl_guard_unlock(&queue->_guard);
    return 0;
}

static SL_NOINLINE int put_contended(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    sl_guard_lock_contended(sl_guard_of(&queue->_guard));
    return put_quickly(loop, queue, item);
}

int sl_queue_put_shared(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    if (!sl_shared_at_once(loop, SL_SHARED_ONE))
        return sl_queue_put_slowly(loop, queue, item, false);
    return SL_LIKELY(sl_guard_try(&queue->_guard)) ? put_quickly(loop, queue, item)
                                                   : put_contended(loop, queue, item);
}

/* What lies two cache lines further on comes here meanwhile: another worker may have put it, and
 * would be kept out for as long as we wait for it under the guard. */
SL_INLINE void fetch_ahead(const sley_queue *queue)
{
    __builtin_prefetch((const void *)((uintptr_t)(queue->_items + queue->_head) + 128));
}

/* An item, and nobody to wake. */
SL_INLINE bool get_quickly(sley_queue *queue, intptr_t *item)
{
    intptr_t got;

    if (SL_UNLIKELY(!sl_queue_has_item(queue) ||
                    (queue->_order | (queue->_shut & SL_QUEUE_PUTTERS))))
        return false;
    fetch_ahead(queue);
    got = sl_queue_extract(queue);
    sl_guard_unlock(&queue->_guard);
    *item = got;
    return true;
}

/* Waits in a runtime of one loop. Whoever is woken looks again. */
static struct sl_arch_returned get_alone(void *here, void *from, void *into, void *caller)
{
    struct sley_loop *loop = here;
    struct sl_arch_returned returned;
    sley_queue *queue = from;
    struct sl_node node;
    bool plain;

    sl_enter_loop(loop);
    sl_alone_list(&node, loop, &sl_queue_get_wait, queue, &queue->_getters);
    queue->_shut |= SL_QUEUE_GETTERS;
    sl_guard_unlock(&queue->_guard);
    loop = sl_alone_park(loop, &node, caller, &returned.elsewhere, &plain);
    queue = node.wait.object;
    if (SL_UNLIKELY(!plain)) {
        returned.value = sl_queue_get_interrupted(loop, queue, into, &node);
        return returned;
    }
    sl_leave(loop);
    sl_guard_lock(&queue->_guard);
    returned.value = 0;
    if (SL_UNLIKELY(!get_quickly(queue, into)))
        returned.value = sl_queue_get_slowly(loop, queue, into, true);
    return returned;
}

/* With the guard held. */
static int get_held(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (get_quickly(queue, item))
        return 0;
    return !sl_queue_has_item(queue) && !(queue->_shut & SL_QUEUE_SHUT) && sl_alone_may(loop)
               ? sl_arch_call_suspending(loop, queue, item, get_alone)
               : sl_queue_get_slowly(loop, queue, item, true);
}

static SL_NOINLINE int get_contended(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    sl_guard_lock_contended(sl_guard_of(&queue->_guard));
    return get_held(loop, queue, item);
}

int sl_queue_get_shared(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (!sl_shared_at_once(loop, SL_SHARED_ONE))
        return sl_queue_get_slowly(loop, queue, item, false);
    return SL_LIKELY(sl_guard_try(&queue->_guard)) ? get_held(loop, queue, item)
                                                   : get_contended(loop, queue, item);
}
