/* The shared queue: its items done, its end, and what is asked of it. */
#include "sync/queue.h"

static const struct sl_wait_class shared_join_wait = {.reason = "the end of the queue's work"};

/* ---- join and shutdown ---- */

int sl_queue_task_done_shared(sley_queue *queue)
{
    struct sl_woken woken;
    struct sley_loop *loop = sl_enter();
    int rc = 0;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    if (!queue->_unfinished)
        rc = -SLEY_EVALUE;
    else if (--queue->_unfinished == 0)
        sl_queue_claim_all(loop, &queue->_joiners, &woken);
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}

int sl_queue_join_shared(sley_queue *queue)
{
    struct sley_loop *loop = sl_current();
    struct sl_node node;
    bool listed;
    int rc = sl_shared_enter(&loop);

    if (rc < 0)
        return rc;
    sl_node_init(&node, loop, &shared_join_wait, queue);
    sl_guard_lock(&queue->_guard);
    listed = queue->_unfinished > 0;
    if (listed)
        sl_node_list(&node, &queue->_joiners);
    sl_guard_unlock(&queue->_guard);
    if (listed)
        rc = sl_node_park(&loop, &node);
    if (listed && node.wait.state == SL_WAIT_CANCELLED) {
        sl_guard_lock(&queue->_guard);
        if (node.wait.flags & SL_NODE_LISTED)
            sl_node_unlist(&node, &queue->_joiners);
        sl_guard_unlock(&queue->_guard);
    }
    sl_shared_leave(loop);
    return rc;
}

int sl_queue_shutdown_shared(sley_queue *queue, bool immediate)
{
    struct sl_woken woken;
    struct sley_loop *loop = sl_enter();

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    queue->_shut |= SL_QUEUE_SHUT;
    if (immediate) {
        size_t unfinished = queue->_unfinished, dropped = queue->_count;

        queue->_count = queue->_head = 0;
        queue->_unfinished -= dropped < unfinished ? dropped : unfinished;
        if (unfinished && !queue->_unfinished)
            sl_queue_claim_all(loop, &queue->_joiners, &woken);
    }
    sl_queue_claim_all(loop, &queue->_getters, &woken);
    sl_queue_claim_all(loop, &queue->_putters, &woken);
    sl_queue_note_lists(queue);
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, 0);
}

/* ---- asked ---- */

/* Under the guard: whoever sees it empty may free it. */
size_t sl_queue_size_shared(const sley_queue *queue)
{
    size_t count;

    sl_guard_lock(&queue->_guard);
    count = queue->_count;
    sl_guard_unlock(&queue->_guard);
    return count;
}

int sl_queue_close_shared(sley_queue *queue)
{
    size_t bytes;
    intptr_t *items;

    sl_guard_lock(&queue->_guard);
    if (queue->_getters.first || queue->_putters.first || queue->_joiners.first) {
        sl_guard_unlock(&queue->_guard);
        return -EBUSY;
    }
    items = queue->_items;
    bytes = queue->_capacity * sizeof *items;
    sl_queue_empty_it(queue);
    sl_guard_unlock(&queue->_guard);
    if (items)
        sl_sys.release(items, bytes, 0);
    return 0;
}
