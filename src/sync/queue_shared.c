/* The shared queue: everything is under the guard, whose release is the last touch of every
 * operation; waiters are made ready after it.
 *
 * Whoever waits is handed an item, or has its item put on its behalf, and does not touch the queue
 * again. Tasks of one loop, and pinned ones, are only woken (FORMAT.md R15): a newcomer may be
 * faster, they then queue again, at the tail. */
#include "sync/queue.h"

enum { TRY_AGAIN = 1 }; /* memory was allocated meanwhile, without the guard */

const struct sl_wait_class sl_queue_get_wait = {.reason = "an item of the queue"};
static const struct sl_wait_class shared_put_wait = {.reason = "room in the queue"};

/* ---- under the guard ---- */

/* One item is there for somebody who waits, or room for one. What is handed to a getter makes room,
 * what is put for a putter is an item again. */
static SL_NOINLINE void settle(struct sley_loop *loop, sley_queue *queue, bool item, bool room,
                               struct sl_woken *woken)
{
    struct sl_node *node;

    for (;;) {
        if (item && sl_queue_has_item(queue) &&
            (node = sl_queue_claim_next(loop, &queue->_getters))) {
            item = false;
            if (!(node->wait.flags & SL_NODE_EXACT)) {
                node->item = sl_queue_extract(queue);
                node->wait.flags |= SL_NODE_HANDED;
                room = true;
            }
        } else if (room && sl_queue_has_room(queue) &&
                   (node = sl_queue_claim_next(loop, &queue->_putters))) {
            item = room = false;
            if (!(node->wait.flags & SL_NODE_EXACT)) {
                sl_queue_insert(queue, node->item);
                queue->_unfinished++;
                node->wait.flags |= SL_NODE_HANDED;
                item = true;
            }
        } else {
            break;
        }
        sl_woken_add(woken, node);
    }
    sl_queue_note_lists(queue);
}

/* Lets the guard go to allocate. */
static int grow(sley_queue *queue)
{
    size_t before = queue->_capacity, capacity = sl_queue_next_capacity(queue), bytes;
    intptr_t *items = NULL, *old = queue->_items;

    sl_guard_unlock(&queue->_guard);
    if (capacity != SIZE_MAX)
        items = sl_sys.allocate(capacity * sizeof *items, 0);
    sl_guard_lock(&queue->_guard);
    if (!items)
        return -ENOMEM;
    bytes = before * sizeof *items;
    if (queue->_count == queue->_capacity && queue->_capacity == before && queue->_items == old) {
        sl_queue_move(queue, items, capacity);
    } else {
        old = items;
        bytes = capacity * sizeof *items;
    }
    if (old) {
        sl_guard_unlock(&queue->_guard);
        sl_sys.release(old, bytes, 0);
        sl_guard_lock(&queue->_guard);
    }
    return TRY_AGAIN;
}

static int put_now(struct sley_loop *loop, sley_queue *queue, intptr_t item,
                   struct sl_woken *woken)
{
    int rc = TRY_AGAIN;

    while (rc == TRY_AGAIN) {
        if (queue->_shut & SL_QUEUE_SHUT)
            return -SLEY_ESHUTDOWN;
        if (!sl_queue_has_room(queue))
            return -SLEY_EFULL;
        rc = queue->_count < queue->_capacity ? 0 : grow(queue);
    }
    if (rc < 0)
        return rc;
    sl_queue_insert(queue, item);
    queue->_unfinished++;
    if (queue->_shut & SL_QUEUE_GETTERS)
        settle(loop, queue, true, false, woken);
    return 0;
}

static int get_now(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
                   struct sl_woken *woken)
{
    if (!sl_queue_has_item(queue))
        return queue->_shut & SL_QUEUE_SHUT ? -SLEY_ESHUTDOWN : -SLEY_EEMPTY;
    *item = sl_queue_extract(queue);
    if (queue->_shut & SL_QUEUE_PUTTERS)
        settle(loop, queue, false, true, woken);
    return 0;
}

/* ---- put and get ---- */

/* Its wait is over, and it has what it waited for. (Of one that was cancelled the flags are the
 * guard's.) */
static bool handed(const struct sl_node *node)
{
    return node->wait.state == SL_WAIT_DONE && node->wait.flags & SL_NODE_HANDED;
}

/* The wait is over: takes the guard again, but for who has been handed what it waited for. */
static int wait_over(struct sley_loop *loop, sley_queue *queue, sley_links *list,
                     struct sl_node *node, int rc, struct sl_woken *woken)
{
    bool getter = list == &queue->_getters;

    if (handed(node))
        return rc;
    sl_guard_lock(&queue->_guard);
    if (rc < 0) {
        if (node->wait.flags & SL_NODE_LISTED)
            sl_node_unlist(node, list);
        sl_queue_note_lists(queue);
        if (node->wait.state == SL_WAIT_DONE)
            settle(loop, queue, getter, !getter, woken);
    }
    return rc;
}

/* Lets the guard go, and waits. */
static int wait_in(struct sley_loop **loop, sley_queue *queue, sley_links *list,
                   struct sl_node *node, struct sl_woken *woken)
{
    int rc;

    sl_node_list(node, list);
    sl_queue_note_lists(queue);
    sl_guard_unlock(&queue->_guard);
    rc = sl_node_park(loop, node);
    return wait_over(*loop, queue, list, node, rc, woken);
}

/* `held`: after sl_shared_at_once, and the guard is held. */
static int enter(struct sley_loop **loop, sley_queue *queue, bool held,
                 struct sl_woken *woken)
{
    int rc = 0;

    sl_woken_init(woken);
    if (SL_LIKELY(held)) {
        sl_enter_loop(*loop);
        return 0;
    }
    rc = sl_shared_enter(loop);
    if (rc == 0)
        sl_guard_lock(&queue->_guard);
    return rc;
}

int sl_queue_put_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t item, bool held)
{
    struct sl_woken woken;
    struct sl_node node;
    int rc = enter(&loop, queue, held, &woken);

    if (rc < 0)
        return rc;
    while ((rc = put_now(loop, queue, item, &woken)) == -SLEY_EFULL) {
        sl_node_init(&node, loop, &shared_put_wait, queue);
        node.item = item;
        rc = wait_in(&loop, queue, &queue->_putters, &node, &woken);
        if (handed(&node))
            return sl_queue_leave(loop, &woken, rc);
        if (rc < 0)
            break;
    }
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}

int sl_queue_get_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t *item, bool held)
{
    struct sl_woken woken;
    struct sl_node node;
    int rc = enter(&loop, queue, held, &woken);

    if (rc < 0)
        return rc;
    while ((rc = get_now(loop, queue, item, &woken)) == -SLEY_EEMPTY) {
        sl_node_init(&node, loop, &sl_queue_get_wait, queue);
        rc = wait_in(&loop, queue, &queue->_getters, &node, &woken);
        if (handed(&node)) {
            *item = node.item;
            return sl_queue_leave(loop, &woken, rc);
        }
        if (rc < 0)
            break;
    }
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}

int sl_queue_get_interrupted(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
                             struct sl_node *node)
{
    int rc = sl_wait_resumed(node->wait.fiber, &node->wait);
    struct sl_woken woken;

    sl_woken_init(&woken);
    rc = wait_over(loop, queue, &queue->_getters, node, rc, &woken);
    if (rc == 0) {
        sl_leave(loop);
        return sl_queue_get_slowly(loop, queue, item, true);
    }
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}

/* ---- the calls that never wait: from anywhere ---- */

int sl_queue_put_nowait_shared(sley_queue *queue, intptr_t item)
{
    struct sl_woken woken;
    struct sley_loop *loop = sl_enter();
    int rc;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    rc = put_now(loop, queue, item, &woken);
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}

int sl_queue_get_nowait_shared(sley_queue *queue, intptr_t *item)
{
    struct sl_woken woken;
    struct sley_loop *loop = sl_enter();
    int rc;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    rc = get_now(loop, queue, item, &woken);
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
}
