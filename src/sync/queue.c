/* FORMAT.md R15: no hand-off. put leaves the item in the queue and wakes one getter, which takes it
 * when it runs; a newcomer may be faster, and the getter then queues again, at the tail. A wake
 * takes the node out of the list; whoever was woken and is cancelled passes the wake on. */
#include "base/heap.h"
#include "sync/primitive.h"

#include <sley/queue.h>

#include <string.h>

_Static_assert(sizeof(sley_queue) == 144, "part of the interface");

enum { FIFO, LIFO, PRIORITY }; /* FIFO is 0: put_quickly */
enum { LISTED = 1 }; /* sl_wait.flags: in its list */

static const struct sl_wait_class get_wait = {.reason = "an item of the queue", .local = true};
static const struct sl_wait_class put_wait = {.reason = "room in the queue", .local = true};
static const struct sl_wait_class join_wait = {.reason = "the end of the queue's work",
                                               .local = true};

static int by_number(intptr_t a, intptr_t b)
{
    return a < b ? -1 : a > b;
}

/* ---- the items ---- */

/* Grows to hold one more. A bounded queue grows once. */
static int reserve(sley_queue *queue)
{
    size_t capacity = queue->_maxsize ? queue->_maxsize
                                      : queue->_capacity ? 2 * queue->_capacity : 16;
    size_t tail = queue->_capacity - queue->_head;
    intptr_t *items;

    if (queue->_count < queue->_capacity)
        return 0;
    if (capacity > SIZE_MAX / sizeof *items ||
        !(items = sl_sys.allocate(capacity * sizeof *items, 0)))
        return -ENOMEM;
    if (queue->_items) { /* it is full: head ... end, then 0 ... head */
        memcpy(items, queue->_items + queue->_head, tail * sizeof *items);
        memcpy(items + tail, queue->_items, queue->_head * sizeof *items);
        sl_sys.release(queue->_items, queue->_capacity * sizeof *items, 0);
    }
    queue->_items = items;
    queue->_capacity = capacity;
    queue->_head = 0;
    return 0;
}

static sl_heap_compare *compare_of(const sley_queue *queue)
{
    return queue->_compare ? queue->_compare : by_number;
}

SL_INLINE void insert(sley_queue *queue, intptr_t item)
{
    size_t at = queue->_head + queue->_count;

    if (queue->_order == PRIORITY)
        sl_heap_push(queue->_items, queue->_count, item, compare_of(queue));
    else
        queue->_items[at < queue->_capacity ? at : at - queue->_capacity] = item;
    queue->_count++;
}

SL_INLINE intptr_t extract(sley_queue *queue)
{
    intptr_t item;

    if (queue->_order == PRIORITY) {
        item = sl_heap_pop(queue->_items, queue->_count, compare_of(queue));
    } else if (queue->_order == LIFO) {
        item = queue->_items[queue->_count - 1];
    } else {
        item = queue->_items[queue->_head];
        if (++queue->_head == queue->_capacity)
            queue->_head = 0;
    }
    queue->_count--;
    return item;
}

/* ---- waiting ---- */

static bool has_room(const sley_queue *queue)
{
    return !queue->_maxsize || queue->_count < queue->_maxsize;
}

static bool has_item(const sley_queue *queue)
{
    return queue->_count > 0;
}

static struct sl_wait *unlist(sley_links *waits)
{
    struct sl_wait *wait = sl_wait_of(sl_chain_pop(waits));

    if (wait)
        wait->flags &= ~(uint32_t)LISTED;
    return wait;
}

static void wake_next(struct sley_loop *loop, sley_links *waits)
{
    struct sl_wait *wait;

    while ((wait = unlist(waits)))
        if (sl_wait_wake(loop, wait))
            return;
}

static int wait_in(struct sley_loop **loop, sley_queue *queue, sley_links *waits,
                   const struct sl_wait_class *class, bool (*could)(const sley_queue *queue))
{
    struct sl_wait wait;
    int rc;

    sl_wait_init(&wait, (*loop)->current, class, queue);
    wait.flags = LISTED;
    sl_chain_push(waits, &wait.link);
    rc = sl_wait_park(loop, &wait);
    if (rc < 0) {
        if (wait.flags & LISTED)
            sl_chain_remove(waits, &wait.link);
        if (wait.state == SL_WAIT_DONE && could(queue))
            wake_next(*loop, waits);
    }
    return rc;
}

static void wake_joiners(struct sley_loop *loop, sley_queue *queue)
{
    for (struct sl_link *link = sl_chain_first(&queue->_joiners); link; link = link->next)
        sl_wait_wake(loop, sl_wait_of(link));
}

static int bind(sley_queue *queue, struct sley_loop *loop)
{
    bool idle = !queue->_getters.first && !queue->_putters.first && !queue->_joiners.first;
    int rc = sl_primitive_bind(&queue->_loop, queue->_kind, loop, idle);

    return rc == 0 && !loop && !idle ? -SLEY_EWRONGLOOP : rc;
}

/* ---- put and get ---- */

static int put_now(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    int rc;

    if (queue->_shut)
        return -SLEY_ESHUTDOWN;
    if (!has_room(queue))
        return -SLEY_EFULL;
    if (SL_UNLIKELY((rc = reserve(queue)) < 0))
        return rc;
    insert(queue, item);
    queue->_unfinished++;
    wake_next(loop, &queue->_getters);
    return 0;
}

static int get_now(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (!has_item(queue))
        return queue->_shut ? -SLEY_ESHUTDOWN : -SLEY_EEMPTY;
    *item = extract(queue);
    wake_next(loop, &queue->_putters);
    return 0;
}

/* The quick paths: nothing to wait for and nobody to wake. They touch the queue alone and none of
 * the loop's lists, hence no sl_enter. What they leave the functions behind them do in full. */

/* A bounded queue's memory is all of its bound or none: where there is memory there is room. What
 * must be zero is looked at in one go; the order is part of it, so that of insert and extract only
 * FIFO's case is compiled here. */
SL_INLINE bool put_quickly(sley_queue *queue, intptr_t item)
{
    if (SL_UNLIKELY(queue->_count >= queue->_capacity ||
                    (queue->_order | queue->_shut | (uintptr_t)queue->_getters.first)))
        return false;
    insert(queue, item);
    queue->_unfinished++;
    return true;
}

SL_INLINE bool get_quickly(sley_queue *queue, intptr_t *item)
{
    if (SL_UNLIKELY(!has_item(queue) || (queue->_order | (uintptr_t)queue->_putters.first)))
        return false;
    *item = extract(queue);
    return true;
}

static SL_NOINLINE int put(sley_queue *queue, intptr_t item)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = sl_primitive_enter(&loop, &user);

    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0)
        rc = sl_scope_code(loop->current);
    while (rc == 0 && !has_room(queue))
        rc = queue->_shut ? -SLEY_ESHUTDOWN
                          : wait_in(&loop, queue, &queue->_putters, &put_wait, has_room);
    if (rc == 0)
        rc = put_now(loop, queue, item);
    sl_leave(loop, user);
    return rc;
}

int sley_queue_put(sley_queue *queue, intptr_t item)
{
    return sl_primitive_at_once(queue->_loop) && put_quickly(queue, item) ? 0 : put(queue, item);
}

static SL_NOINLINE int get(sley_queue *queue, intptr_t *item)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = sl_primitive_enter(&loop, &user);

    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0)
        rc = sl_scope_code(loop->current);
    while (rc == 0 && !has_item(queue))
        rc = queue->_shut ? -SLEY_ESHUTDOWN
                          : wait_in(&loop, queue, &queue->_getters, &get_wait, has_item);
    if (rc == 0)
        rc = get_now(loop, queue, item);
    sl_leave(loop, user);
    return rc;
}

int sley_queue_get(sley_queue *queue, intptr_t *item)
{
    return sl_primitive_at_once(queue->_loop) && get_quickly(queue, item) ? 0 : get(queue, item);
}

/* The calls that never wait may be made outside of a task, too, and outside of a loop as long as
 * nobody waits. */
static int enter_any(sley_queue *queue, struct sley_loop **loop, uint32_t *user)
{
    int rc;

    *user = 0;
    *loop = sl_enter(user);
    rc = bind(queue, *loop);
    if (rc < 0 && *loop)
        sl_leave(*loop, *user);
    return rc;
}

static int leave_any(struct sley_loop *loop, uint32_t user, int rc)
{
    if (loop)
        sl_leave(loop, user);
    return rc;
}

static SL_NOINLINE int put_nowait(sley_queue *queue, intptr_t item)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = enter_any(queue, &loop, &user);

    return rc < 0 ? rc : leave_any(loop, user, put_now(loop, queue, item));
}

int sley_queue_put_nowait(sley_queue *queue, intptr_t item)
{
    if (sl_primitive_is_here(queue->_loop, sl_current()) && put_quickly(queue, item))
        return 0;
    return put_nowait(queue, item);
}

static SL_NOINLINE int get_nowait(sley_queue *queue, intptr_t *item)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = enter_any(queue, &loop, &user);

    return rc < 0 ? rc : leave_any(loop, user, get_now(loop, queue, item));
}

int sley_queue_get_nowait(sley_queue *queue, intptr_t *item)
{
    if (sl_primitive_is_here(queue->_loop, sl_current()) && get_quickly(queue, item))
        return 0;
    return get_nowait(queue, item);
}

/* ---- join and shutdown ---- */

int sley_queue_task_done(sley_queue *queue)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = enter_any(queue, &loop, &user);

    if (rc < 0)
        return rc;
    if (!queue->_unfinished)
        return leave_any(loop, user, -SLEY_EVALUE);
    if (--queue->_unfinished == 0)
        wake_joiners(loop, queue);
    return leave_any(loop, user, 0);
}

int sley_queue_join(sley_queue *queue)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = sl_primitive_enter(&loop, &user);

    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0 && (rc = sl_scope_code(loop->current)) == 0 &&
        queue->_unfinished) {
        struct sl_wait wait;

        sl_wait_init(&wait, loop->current, &join_wait, queue);
        rc = sl_waits_park(&loop, &queue->_joiners, &wait);
    }
    sl_leave(loop, user);
    return rc;
}

int sley_queue_shutdown(sley_queue *queue, bool immediate)
{
    struct sley_loop *loop;
    struct sl_wait *wait;
    uint32_t user;
    int rc = enter_any(queue, &loop, &user);

    if (rc < 0)
        return rc;
    queue->_shut = 1;
    if (immediate) {
        size_t unfinished = queue->_unfinished;

        while (has_item(queue)) {
            extract(queue);
            if (queue->_unfinished)
                queue->_unfinished--;
        }
        if (unfinished && !queue->_unfinished)
            wake_joiners(loop, queue);
    }
    while ((wait = unlist(&queue->_getters)))
        sl_wait_wake(loop, wait);
    while ((wait = unlist(&queue->_putters)))
        sl_wait_wake(loop, wait);
    return leave_any(loop, user, 0);
}

/* ---- asked ---- */

size_t sley_queue_qsize(const sley_queue *queue)
{
    return queue->_count;
}

size_t sley_queue_maxsize(const sley_queue *queue)
{
    return queue->_maxsize;
}

bool sley_queue_empty(const sley_queue *queue)
{
    return !has_item(queue);
}

bool sley_queue_full(const sley_queue *queue)
{
    return !has_room(queue);
}

int sley_queue_close(sley_queue *queue)
{
    if (queue->_getters.first || queue->_putters.first || queue->_joiners.first)
        return -EBUSY;
    if (queue->_items)
        sl_sys.release(queue->_items, queue->_capacity * sizeof *queue->_items, 0);
    queue->_items = NULL;
    queue->_capacity = queue->_head = queue->_count = 0;
    queue->_unfinished = 0;
    queue->_shut = 0;
    return 0;
}
