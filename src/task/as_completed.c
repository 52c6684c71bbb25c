/* as_completed (FORMAT.md R20): a FIFO of those that are done, fed by queued callbacks. */
#include "task/task.h"
#include "task/waits.h"

#include <sley/wait.h>

struct item {
    struct sl_entry entry; /* among the waiters, then queued, then in the FIFO */
    struct each *each;
    struct sley_future *future; /* a reference */
};

struct each {
    struct sl_timer timer;
    struct sley_loop *loop;
    sl_atomic_u32 lock; /* of many workers: of done, waiter, expired */
    struct sl_list done;
    struct sl_wait *waiter;
    size_t n, left; /* given, and not yet handed out */
    bool expired;
    struct item items[];
};

static void next_needs(const struct sl_wait *wait, struct sl_needs *needs)
{
    const struct each *each = wait->object;

    for (size_t i = 0; i < each->n; i++)
        sl_needs_future(needs, each->items[i].future);
}

static const struct sl_wait_class next_wait = {.reason = "the next future that ends",
                                               .needs = next_needs};

static void lock(struct each *each)
{
    if (each->loop->team)
        sl_spin_lock(&each->lock);
}

static void unlock(struct each *each)
{
    if (each->loop->team)
        sl_spin_unlock(&each->lock);
}

static void item_done(struct sley_loop *loop, struct sl_entry *entry)
{
    struct each *each = SL_CONTAINER(entry, struct item, entry)->each;

    lock(each);
    sl_list_push(&each->done, &entry->link);
    if (each->waiter)
        sl_wait_wake(loop, each->waiter);
    unlock(each);
}

static void due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);
    struct each *each = SL_CONTAINER(timer, struct each, timer);

    lock(each);
    each->expired = true;
    if (each->waiter)
        sl_wait_wake(loop, each->waiter);
    unlock(each);
}

int sley_as_completed_open(sley_as_completed *public_each, size_t n, sley_future *const *futures,
                           sley_duration timeout)
{
    struct sley_loop *loop = sl_current();
    struct each *each;

    *public_each = (sley_as_completed){0};
    if (!loop)
        return sl_no_loop();
    for (size_t i = 0; i < n; i++)
        if (!futures[i] || !sl_future_is_of(futures[i], loop))
            return futures[i] ? -SLEY_EWRONGLOOP : -EINVAL;
    each = sl_sys.allocate(sizeof *each + n * sizeof *each->items, 0);
    if (!each)
        return -ENOMEM;
    *each = (struct each){.timer.entry.run = due, .loop = loop, .n = n};
    sl_list_init(&each->done);
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;

        while (j < i && futures[j] != futures[i])
            j++;
        each->items[i] = (struct item){.entry.run = item_done, .each = each,
                                       .future = sl_future_ref(futures[i])};
        if (j < i)
            continue; /* the same one twice: handed out once */
        each->left++;
        sl_future_add(futures[i], &each->items[i].entry);
    }
    if (timeout.ns != SLEY_NS_MAX) {
        sley_instant now = {sl_loop_clock(loop)};

        sl_timer_arm(loop, &each->timer, sley_instant_add(now, timeout).ns);
    }
    public_each->_state = each;
    return 0;
}

static int next_done(struct sley_loop **loop, struct each *each, sley_future **future)
{
    struct sl_fiber *self = (*loop)->current;
    struct sl_link *link;
    int rc;

    if (!self)
        return -SLEY_ENOLOOP;
    if ((rc = sl_scope_code(self)) < 0)
        return rc;
    if (each->left == 0)
        return 0;
    lock(each);
    while (!(link = sl_list_pop(&each->done))) {
        struct sl_wait wait;

        rc = each->expired ? -SLEY_ETIMEOUT : 0;
        sl_wait_init(&wait, self, &next_wait, each);
        if (rc == 0 && (!each->loop->team || sl_wait_begin(&wait)))
            each->waiter = &wait;
        unlock(each);
        if (rc == 0)
            rc = sl_wait_park(loop, &wait);
        if (rc < 0) {
            lock(each);
            each->waiter = NULL;
            unlock(each);
            return rc;
        }
        lock(each);
        each->waiter = NULL;
    }
    unlock(each);
    link->next = NULL;
    each->left--;
    *future = SL_CONTAINER(SL_CONTAINER(link, struct sl_entry, link), struct item, entry)->future;
    return 1;
}

int sley_as_completed_next(sley_as_completed *each, sley_future **future)
{
    struct sley_loop *loop;
    int rc;

    if (!each->_state)
        return -EINVAL;
    loop = sl_enter();
    if (!loop)
        return sl_no_loop();
    rc = next_done(&loop, each->_state, future);
    sl_leave(loop);
    return rc;
}

void sley_as_completed_close(sley_as_completed *public_each)
{
    struct each *each = public_each->_state;

    if (!each)
        return;
    public_each->_state = NULL;
    sl_timer_disarm(each->loop, &each->timer); /* where it was opened */
    for (size_t i = 0; i < each->n; i++) {
        sl_future_withdraw(each->items[i].future, &each->items[i].entry);
        sl_future_drop(each->items[i].future);
    }
    sl_sys.release(each, sizeof *each + each->n * sizeof *each->items, 0);
}
