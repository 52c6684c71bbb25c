/* FORMAT.md R15: no hand-off. put leaves the item in the queue and wakes one getter, which takes it
 * when it runs; a newcomer may be faster, and the getter then queues again, at the tail. A wake
 * takes the node out of the list; whoever was woken and is cancelled passes the wake on. */
#include "sync/queue.h"

#include <string.h>

_Static_assert(sizeof(sley_queue) == 144, "part of the interface");

enum { LISTED = 1 }; /* sl_wait.flags: in its list */

static const struct sl_wait_class get_wait = {.reason = "an item of the queue", .local = true};
static const struct sl_wait_class put_wait = {.reason = "room in the queue", .local = true};
static const struct sl_wait_class join_wait = {.reason = "the end of the queue's work",
                                               .local = true};

/* ---- the items ---- */

int sl_queue_by_number(intptr_t a, intptr_t b)
{
    return a < b ? -1 : a > b;
}

size_t sl_queue_next_capacity(const sley_queue *queue)
{
    size_t capacity = queue->_maxsize ? queue->_maxsize
                                      : queue->_capacity ? 2 * queue->_capacity : 16;

    return capacity > SIZE_MAX / sizeof *queue->_items ? SIZE_MAX : capacity;
}

void sl_queue_move(sley_queue *queue, intptr_t *items, size_t capacity)
{
    size_t tail = queue->_capacity - queue->_head;

    if (queue->_items) { /* it is full: head ... end, then 0 ... head */
        memcpy(items, queue->_items + queue->_head, tail * sizeof *items);
        memcpy(items + tail, queue->_items, queue->_head * sizeof *items);
    }
    queue->_items = items;
    queue->_capacity = capacity;
    queue->_head = 0;
}

/* Grows to hold one more. */
static int reserve(sley_queue *queue)
{
    size_t capacity = sl_queue_next_capacity(queue), before = queue->_capacity;
    intptr_t *items, *old = queue->_items;

    if (queue->_count < queue->_capacity)
        return 0;
    if (capacity == SIZE_MAX || !(items = sl_sys.allocate(capacity * sizeof *items, 0)))
        return -ENOMEM;
    sl_queue_move(queue, items, capacity);
    if (old)
        sl_sys.release(old, before * sizeof *old, 0);
    return 0;
}

/* ---- waiting ---- */

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
    return sl_primitive_bind(&queue->_loop, loop);
}

/* ---- put and get ---- */

static int put_now(struct sley_loop *loop, sley_queue *queue, intptr_t item)
{
    int rc;

    if (queue->_shut)
        return -SLEY_ESHUTDOWN;
    if (!sl_queue_has_room(queue))
        return -SLEY_EFULL;
    if (SL_UNLIKELY((rc = reserve(queue)) < 0))
        return rc;
    sl_queue_insert(queue, item);
    queue->_unfinished++;
    wake_next(loop, &queue->_getters);
    return 0;
}

static int get_now(struct sley_loop *loop, sley_queue *queue, intptr_t *item)
{
    if (!sl_queue_has_item(queue))
        return queue->_shut ? -SLEY_ESHUTDOWN : -SLEY_EEMPTY;
    *item = sl_queue_extract(queue);
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
    sl_queue_insert(queue, item);
    queue->_unfinished++;
    return true;
}

SL_INLINE bool get_quickly(sley_queue *queue, intptr_t *item)
{
    if (SL_UNLIKELY(!sl_queue_has_item(queue) ||
                    (queue->_order | (uintptr_t)queue->_putters.first)))
        return false;
    *item = sl_queue_extract(queue);
    return true;
}

static SL_NOINLINE int put(sley_queue *queue, intptr_t item)
{
    struct sley_loop *loop;
    int rc = sl_primitive_enter(&loop);

    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0)
        rc = sl_scope_code(loop->current);
    while (rc == 0 && !sl_queue_has_room(queue))
        rc = queue->_shut ? -SLEY_ESHUTDOWN
                          : wait_in(&loop, queue, &queue->_putters, &put_wait, sl_queue_has_room);
    if (rc == 0)
        rc = put_now(loop, queue, item);
    sl_leave(loop);
    return rc;
}

int sley_queue_put(sley_queue *queue, intptr_t item)
{
    struct sley_loop *loop = sl_current();

    if (sl_primitive_at_once(&queue->_loop, loop) && put_quickly(queue, item))
        return 0;
    return queue->_kind == SL_KIND_SHARED ? sl_queue_put_shared(loop, queue, item)
                                          : put(queue, item);
}

static SL_NOINLINE int get(sley_queue *queue, intptr_t *item)
{
    struct sley_loop *loop;
    int rc = sl_primitive_enter(&loop);

    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0)
        rc = sl_scope_code(loop->current);
    while (rc == 0 && !sl_queue_has_item(queue))
        rc = queue->_shut ? -SLEY_ESHUTDOWN
                          : wait_in(&loop, queue, &queue->_getters, &get_wait, sl_queue_has_item);
    if (rc == 0)
        rc = get_now(loop, queue, item);
    sl_leave(loop);
    return rc;
}

int sley_queue_get(sley_queue *queue, intptr_t *item)
{
    struct sley_loop *loop = sl_current();

    if (sl_primitive_at_once(&queue->_loop, loop) && get_quickly(queue, item))
        return 0;
    return queue->_kind == SL_KIND_SHARED ? sl_queue_get_shared(loop, queue, item)
                                          : get(queue, item);
}

/* The calls that never wait may be made outside of a task, too, and outside of a loop as long as
 * nobody waits. */
static int enter_any(sley_queue *queue, struct sley_loop **loop)
{
    int rc;

    *loop = sl_enter();
    rc = bind(queue, *loop);
    if (rc < 0 && *loop)
        sl_leave(*loop);
    return rc;
}

static int leave_any(struct sley_loop *loop, int rc)
{
    if (loop)
        sl_leave(loop);
    return rc;
}

static SL_NOINLINE int put_nowait(sley_queue *queue, intptr_t item)
{
    struct sley_loop *loop;
    int rc = enter_any(queue, &loop);

    return rc < 0 ? rc : leave_any(loop, put_now(loop, queue, item));
}

int sley_queue_put_nowait(sley_queue *queue, intptr_t item)
{
    if (sl_primitive_is_here(&queue->_loop, sl_current()) && put_quickly(queue, item))
        return 0;
    return queue->_kind == SL_KIND_SHARED ? sl_queue_put_nowait_shared(queue, item)
                                          : put_nowait(queue, item);
}

static SL_NOINLINE int get_nowait(sley_queue *queue, intptr_t *item)
{
    struct sley_loop *loop;
    int rc = enter_any(queue, &loop);

    return rc < 0 ? rc : leave_any(loop, get_now(loop, queue, item));
}

int sley_queue_get_nowait(sley_queue *queue, intptr_t *item)
{
    if (sl_primitive_is_here(&queue->_loop, sl_current()) && get_quickly(queue, item))
        return 0;
    return queue->_kind == SL_KIND_SHARED ? sl_queue_get_nowait_shared(queue, item)
                                          : get_nowait(queue, item);
}

/* ---- join and shutdown ---- */

int sley_queue_task_done(sley_queue *queue)
{
    struct sley_loop *loop;
    int rc;

    if (queue->_kind == SL_KIND_SHARED)
        return sl_queue_task_done_shared(queue);
    rc = enter_any(queue, &loop);
    if (rc < 0)
        return rc;
    if (!queue->_unfinished)
        return leave_any(loop, -SLEY_EVALUE);
    if (--queue->_unfinished == 0)
        wake_joiners(loop, queue);
    return leave_any(loop, 0);
}

int sley_queue_join(sley_queue *queue)
{
    struct sley_loop *loop;
    int rc;

    if (queue->_kind == SL_KIND_SHARED)
        return sl_queue_join_shared(queue);
    rc = sl_primitive_enter(&loop);
    if (rc < 0)
        return rc;
    if ((rc = bind(queue, loop)) == 0 && (rc = sl_scope_code(loop->current)) == 0 &&
        queue->_unfinished) {
        struct sl_wait wait;

        sl_wait_init(&wait, loop->current, &join_wait, queue);
        rc = sl_waits_park(&loop, &queue->_joiners, &wait);
    }
    sl_leave(loop);
    return rc;
}

int sley_queue_shutdown(sley_queue *queue, bool immediate)
{
    struct sley_loop *loop;
    struct sl_wait *wait;
    int rc;

    if (queue->_kind == SL_KIND_SHARED)
        return sl_queue_shutdown_shared(queue, immediate);
    rc = enter_any(queue, &loop);
    if (rc < 0)
        return rc;
    queue->_shut = SL_QUEUE_SHUT;
    if (immediate) {
        size_t unfinished = queue->_unfinished;

        while (sl_queue_has_item(queue)) {
            sl_queue_extract(queue);
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
    return leave_any(loop, 0);
}

/* ---- asked ---- */

size_t sley_queue_qsize(const sley_queue *queue)
{
    return queue->_kind == SL_KIND_SHARED ? sl_queue_size_shared(queue) : queue->_count;
}

size_t sley_queue_maxsize(const sley_queue *queue)
{
    return queue->_maxsize;
}

bool sley_queue_empty(const sley_queue *queue)
{
    return sley_queue_qsize(queue) == 0;
}

bool sley_queue_full(const sley_queue *queue)
{
    return queue->_maxsize && sley_queue_qsize(queue) >= queue->_maxsize;
}

int sley_queue_close(sley_queue *queue)
{
    if (queue->_kind == SL_KIND_SHARED)
        return sl_queue_close_shared(queue);
    if (queue->_getters.first || queue->_putters.first || queue->_joiners.first)
        return -EBUSY;
    if (queue->_items)
        sl_sys.release(queue->_items, queue->_capacity * sizeof *queue->_items, 0);
    sl_queue_empty_it(queue);
    return 0;
}
