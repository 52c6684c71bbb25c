/* The shared queue: everything is under the guard, whose release is the last touch of every
 * operation; waiters are made ready after it.
 *
 * Whoever waits is handed an item, or has its item put on its behalf, and does not touch the queue
 * again. Tasks of one loop, and pinned ones, are only woken (FORMAT.md R15): a newcomer may be
 * faster, they then queue again, at the tail. */
#include "sync/queue.h"

enum { TRY_AGAIN = 1 }; /* memory was allocated meanwhile, without the guard */

static const struct sl_wait_class shared_get_wait = {.reason = "an item of the queue"};
static const struct sl_wait_class shared_put_wait = {.reason = "room in the queue"};
static const struct sl_wait_class shared_join_wait = {.reason = "the end of the queue's work"};

/* ---- under the guard ---- */

/* Says in _shut who waits. */
static void note_lists(sley_queue *queue)
{
    queue->_shut = (queue->_shut & SL_QUEUE_SHUT) |
                   (queue->_getters.first ? SL_QUEUE_GETTERS : 0) |
                   (queue->_putters.first ? SL_QUEUE_PUTTERS : 0);
}

/* The first whose wait is not over, or NULL. Whoever was cancelled need not be in the list. */
static struct sl_node *claim_next(struct sley_loop *loop, sley_links *list)
{
    struct sl_node *node;

    while ((node = sl_node_of(sl_chain_first(list)))) {
        sl_node_unlist(node, list);
        if (sl_node_claim(loop, node))
            return node;
    }
    return NULL;
}

static void claim_all(struct sley_loop *loop, sley_links *list, struct sl_woken *woken)
{
    struct sl_node *node;

    while ((node = claim_next(loop, list)))
        sl_woken_add(woken, node);
}

/* One item is there for somebody who waits, or room for one. What is handed to a getter makes room,
 * what is put for a putter is an item again. */
static SL_NOINLINE void settle(struct sley_loop *loop, sley_queue *queue, bool item, bool room,
                               struct sl_woken *woken)
{
    struct sl_node *node;

    for (;;) {
        if (item && sl_queue_has_item(queue) && (node = claim_next(loop, &queue->_getters))) {
            item = false;
            if (!(node->wait.flags & SL_NODE_EXACT)) {
                node->item = sl_queue_extract(queue);
                node->wait.flags |= SL_NODE_HANDED;
                room = true;
            }
        } else if (room && sl_queue_has_room(queue) &&
                   (node = claim_next(loop, &queue->_putters))) {
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
    note_lists(queue);
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

static int put_held(struct sley_loop *loop, sley_queue *queue, intptr_t item,
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

static int get_held(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
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

/* Lets the guard go, waits, and takes it again, but for who has been handed what it waited for. */
static int wait_in(struct sley_loop **loop, sley_queue *queue, sley_links *list,
                   struct sl_node *node, struct sl_woken *woken)
{
    bool getter = list == &queue->_getters;
    int rc;

    sl_node_list(node, list);
    note_lists(queue);
    sl_guard_unlock(&queue->_guard);
    rc = sl_node_park(loop, node);
    if (handed(node))
        return rc;
    sl_guard_lock(&queue->_guard);
    if (rc < 0) {
        if (node->wait.flags & SL_NODE_LISTED)
            sl_node_unlist(node, list);
        note_lists(queue);
        if (node->wait.state == SL_WAIT_DONE)
            settle(*loop, queue, getter, !getter, woken);
    }
    return rc;
}

static int leave(struct sley_loop *loop, uint32_t user, struct sl_woken *woken, int rc)
{
    if (SL_UNLIKELY(woken->first != NULL))
        sl_woken_ready(loop, woken);
    sl_shared_leave(loop, user);
    return rc;
}

static SL_NOINLINE int put_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    struct sl_woken woken;
    struct sl_node node;
    uint32_t user;
    int rc = sl_shared_enter(&loop, &user);

    if (rc < 0)
        return rc;
    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    while ((rc = put_held(loop, queue, item, &woken)) == -SLEY_EFULL) {
        sl_node_init(&node, loop, &shared_put_wait, queue);
        node.item = item;
        rc = wait_in(&loop, queue, &queue->_putters, &node, &woken);
        if (handed(&node))
            return leave(loop, user, &woken, rc);
        if (rc < 0)
            break;
    }
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, rc);
}

static SL_NOINLINE int get_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    struct sl_woken woken;
    struct sl_node node;
    uint32_t user;
    int rc = sl_shared_enter(&loop, &user);

    if (rc < 0)
        return rc;
    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    while ((rc = get_held(loop, queue, item, &woken)) == -SLEY_EEMPTY) {
        sl_node_init(&node, loop, &shared_get_wait, queue);
        rc = wait_in(&loop, queue, &queue->_getters, &node, &woken);
        if (handed(&node)) {
            *item = node.item;
            return leave(loop, user, &woken, rc);
        }
        if (rc < 0)
            break;
    }
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, rc);
}

/* The quick paths: FIFO, room, nobody to wake. Where there is memory there is room. */
SL_INLINE bool put_quickly(sley_queue *queue, intptr_t item)
{
    bool quick;

    sl_guard_lock(&queue->_guard);
    quick = SL_LIKELY(queue->_count < queue->_capacity &&
                      !(queue->_order | (queue->_shut & (SL_QUEUE_SHUT | SL_QUEUE_GETTERS))));
    if (quick) {
        sl_queue_insert(queue, item);
        queue->_unfinished++;
    }
    sl_guard_unlock(&queue->_guard);
    return quick;
}

SL_INLINE bool get_quickly(sley_queue *queue, intptr_t *item)
{
    bool quick;

    sl_guard_lock(&queue->_guard);
    quick = SL_LIKELY(sl_queue_has_item(queue) &&
                      !(queue->_order | (queue->_shut & SL_QUEUE_PUTTERS)));
    if (quick)
        *item = sl_queue_extract(queue);
    sl_guard_unlock(&queue->_guard);
    return quick;
}

int sl_queue_put_shared(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    if (sl_shared_at_once(loop) && SL_LIKELY(put_quickly(queue, item)))
        return 0;
    return put_slowly(loop, queue, item);
}

int sl_queue_get_shared(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (sl_shared_at_once(loop) && SL_LIKELY(get_quickly(queue, item)))
        return 0;
    return get_slowly(loop, queue, item);
}

/* The calls that never wait: from anywhere. */
int sl_queue_put_nowait_shared(sley_queue *queue, intptr_t item)
{
    struct sl_woken woken;
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);
    int rc;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    rc = put_held(loop, queue, item, &woken);
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, rc);
}

int sl_queue_get_nowait_shared(sley_queue *queue, intptr_t *item)
{
    struct sl_woken woken;
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);
    int rc;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    rc = get_held(loop, queue, item, &woken);
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, rc);
}

/* ---- join and shutdown ---- */

int sl_queue_task_done_shared(sley_queue *queue)
{
    struct sl_woken woken;
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);
    int rc = 0;

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    if (!queue->_unfinished)
        rc = -SLEY_EVALUE;
    else if (--queue->_unfinished == 0)
        claim_all(loop, &queue->_joiners, &woken);
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, rc);
}

int sl_queue_join_shared(sley_queue *queue)
{
    struct sley_loop *loop = sl_current();
    struct sl_node node;
    uint32_t user;
    bool listed;
    int rc = sl_shared_enter(&loop, &user);

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
    sl_shared_leave(loop, user);
    return rc;
}

int sl_queue_shutdown_shared(sley_queue *queue, bool immediate)
{
    struct sl_woken woken;
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);

    sl_woken_init(&woken);
    sl_guard_lock(&queue->_guard);
    queue->_shut |= SL_QUEUE_SHUT;
    if (immediate) {
        size_t unfinished = queue->_unfinished, dropped = queue->_count;

        queue->_count = queue->_head = 0;
        queue->_unfinished -= dropped < unfinished ? dropped : unfinished;
        if (unfinished && !queue->_unfinished)
            claim_all(loop, &queue->_joiners, &woken);
    }
    claim_all(loop, &queue->_getters, &woken);
    claim_all(loop, &queue->_putters, &woken);
    note_lists(queue);
    sl_guard_unlock(&queue->_guard);
    return leave(loop, user, &woken, 0);
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
