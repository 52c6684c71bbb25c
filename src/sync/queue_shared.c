/* The shared queue: everything is under the guard, whose release is the last touch of every
 * operation; waiters are made ready after it.
 *
 * Whoever waits is handed an item, or has its item put on its behalf, and does not touch the queue
 * again. Tasks of one loop, and pinned ones, are only woken (FORMAT.md R15): a newcomer may be
 * faster, they then queue again, at the tail. */
#include "sync/alone.h"
#include "sync/queue.h"

enum { TRY_AGAIN = 1 }; /* memory was allocated meanwhile, without the guard */

static const struct sl_wait_class shared_get_wait = {.reason = "an item of the queue"};
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

static SL_NOINLINE int put_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t item,
                                  bool held)
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

static SL_NOINLINE int get_slowly(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
                                  bool held)
{
    struct sl_woken woken;
    struct sl_node node;
    int rc = enter(&loop, queue, held, &woken);

    if (rc < 0)
        return rc;
    while ((rc = get_now(loop, queue, item, &woken)) == -SLEY_EEMPTY) {
        sl_node_init(&node, loop, &shared_get_wait, queue);
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

/* ---- the quick paths, for a task that has been asked nothing ---- */

/* A FIFO's only item, for the first who waits. */
static SL_NOINLINE int put_to_getter(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    struct sl_node *node = sl_queue_claim_next(loop, &queue->_getters);

    if (!queue->_getters.first)
        queue->_shut &= ~(uint32_t)SL_QUEUE_GETTERS;
    if (!node)
        return put_slowly(loop, queue, item, true);
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

static SL_NOINLINE int put_held(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    struct sl_node *node;

    if (queue->_count || !queue->_capacity || queue->_order != SL_QUEUE_FIFO ||
        (queue->_shut & (SL_QUEUE_SHUT | SL_QUEUE_GETTERS)) != SL_QUEUE_GETTERS)
        return put_slowly(loop, queue, item, true);
    if (SL_UNLIKELY(!(node = sl_alone_claim_first(loop, &queue->_getters))))
        return put_to_getter(loop, queue, item);
    if (!queue->_getters.first)
        queue->_shut &= ~(uint32_t)SL_QUEUE_GETTERS;
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
        return put_slowly(loop, queue, item, false);
    return SL_LIKELY(sl_guard_try(&queue->_guard)) ? put_quickly(loop, queue, item)
                                                   : put_contended(loop, queue, item);
}

/* Something else than a wake has happened to who waited in get_alone. */
static SL_NOINLINE int get_interrupted(struct sley_loop *loop, sley_queue *queue, intptr_t *item,
                                       struct sl_node *node)
{
    int rc = sl_wait_resumed(node->wait.fiber, &node->wait);
    struct sl_woken woken;

    sl_woken_init(&woken);
    rc = wait_over(loop, queue, &queue->_getters, node, rc, &woken);
    if (rc == 0) {
        sl_leave(loop);
        return get_slowly(loop, queue, item, true);
    }
    sl_guard_unlock(&queue->_guard);
    return sl_queue_leave(loop, &woken, rc);
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
    sl_alone_list(&node, loop, &shared_get_wait, queue, &queue->_getters);
    queue->_shut |= SL_QUEUE_GETTERS;
    sl_guard_unlock(&queue->_guard);
    loop = sl_alone_park(loop, &node, caller, &returned.elsewhere, &plain);
    queue = node.wait.object;
    if (SL_UNLIKELY(!plain)) {
        returned.value = get_interrupted(loop, queue, into, &node);
        return returned;
    }
    sl_leave(loop);
    sl_guard_lock(&queue->_guard);
    returned.value = SL_LIKELY(get_quickly(queue, into)) ? 0 : get_slowly(loop, queue, into, true);
    return returned;
}

static int get_held(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (get_quickly(queue, item))
        return 0;
    return !sl_queue_has_item(queue) && !(queue->_shut & SL_QUEUE_SHUT) && sl_alone_may(loop)
               ? sl_arch_call_suspending(loop, queue, item, get_alone)
               : get_slowly(loop, queue, item, true);
}

static SL_NOINLINE int get_contended(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    sl_guard_lock_contended(sl_guard_of(&queue->_guard));
    return get_held(loop, queue, item);
}

int sl_queue_get_shared(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (!sl_shared_at_once(loop, SL_SHARED_ONE))
        return get_slowly(loop, queue, item, false);
    return SL_LIKELY(sl_guard_try(&queue->_guard)) ? get_held(loop, queue, item)
                                                   : get_contended(loop, queue, item);
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
