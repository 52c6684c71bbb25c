/* FORMAT.md R14: the lock is taken again whatever happens, and a wait that ends by an error hands
 * on the notification that it may have had. */
#include "sync/condition.h"

#include "task/scope.h"

#include <stdio.h>

_Static_assert(sizeof(sley_condition) == 104, "part of the interface");

static void describe_condition(const struct sl_wait *wait, char *text, size_t size)
{
    snprintf(text, size, "%p of lock %p", wait->object, (void *)sl_condition_lock(wait->object));
}

static const struct sl_wait_class condition_waits[] = {
    [SL_KIND_SHARED] = {.reason = "condition", .describe = describe_condition},
    [SL_KIND_LOCAL] = {.reason = "condition", .describe = describe_condition,
                       .local = true},
};

static uint32_t kind_of(sley_condition *condition)
{
    return sl_condition_lock(condition)->_kind;
}

/* Of the shared kind. Where no order is to be kept, each of those who are woken wakes the next one
 * when it has the lock: they would only wait for it one behind the other. */
static void wake_shared(struct sley_loop *loop, sley_condition *condition, size_t n)
{
    struct sl_woken now, chain;
    struct sl_link *link, *next;

    sl_woken_init(&now);
    sl_woken_init(&chain);
    sl_guard_lock(&condition->_guard);
    for (link = sl_chain_first(&condition->_waiters); link && n; link = next) {
        struct sl_node *node = sl_node_of(link);

        next = link->next;
        if (!sl_node_claim(loop, node))
            continue;
        n--;
        sl_node_unlist(node, &condition->_waiters);
        sl_woken_add(node->wait.flags & SL_NODE_EXACT ? &now : &chain, node);
    }
    sl_guard_unlock(&condition->_guard);
    sl_woken_ready(loop, &now);
    if (chain.first)
        sl_node_ready(loop, chain.first);
}

void sl_condition_wake(struct sley_loop *loop, sley_condition *condition, size_t n)
{
    struct sl_link *link;

    if (kind_of(condition) == SL_KIND_SHARED) {
        wake_shared(loop, condition, n);
        return;
    }
    for (link = sl_chain_first(&condition->_waiters); link && n; link = link->next)
        n -= sl_wait_wake(loop, sl_wait_of(link));
}

/* Cancels are remembered, the last one is returned; sticky scopes are hidden, or they would fail
 * every try. */
static int acquire_again(struct sley_loop **loop, sley_lock *lock)
{
    struct sl_fiber *self = *loop ? (*loop)->current : NULL;
    sley_scope shield = {._flags = SL_SCOPE_SHIELD};
    int rc, cancel = 0;

    if (self)
        sl_scope_enter(self, &shield);
    while ((rc = sl_lock_acquire(loop, lock)) == -ECANCELED)
        cancel = rc;
    if (self)
        sl_scope_exit(self, &shield);
    return rc < 0 ? rc : cancel;
}

static int wait_local(struct sley_loop **loop, sley_condition *condition, sley_lock *lock,
                      const struct sl_wait_class *class)
{
    struct sl_wait wait;
    int rc = sl_lock_release(*loop, lock), again;

    if (rc < 0)
        return rc;
    sl_wait_init(&wait, (*loop)->current, class, condition);
    rc = sl_waits_park(loop, &condition->_waiters, &wait);
    again = acquire_again(loop, lock);
    return again < 0 ? again : rc;
}

/* Listed before the lock is free, so that no notification that comes after is missed. */
static int wait_shared(struct sley_loop **loop, sley_condition *condition, sley_lock *lock,
                       const struct sl_wait_class *class)
{
    struct sl_node node;
    int rc, again;

    sl_node_init(&node, *loop, class, condition);
    sl_guard_lock(&condition->_guard);
    sl_node_list(&node, &condition->_waiters);
    sl_guard_unlock(&condition->_guard);
    sl_lock_release(*loop, lock);
    rc = sl_node_park(loop, &node);
    if (node.wait.state == SL_WAIT_CANCELLED) {
        sl_guard_lock(&condition->_guard);
        sl_node_unlist(&node, &condition->_waiters);
        sl_guard_unlock(&condition->_guard);
    }
    again = acquire_again(loop, lock);
    if (node.next && !(node.wait.flags & SL_NODE_EXACT))
        sl_node_ready(*loop, node.next);
    return again < 0 ? again : rc;
}

int sl_condition_wait(struct sley_loop **loop, sley_condition *condition,
                      const struct sl_wait_class classes[2])
{
    sley_lock *lock = sl_condition_lock(condition);
    int rc = *loop ? sl_scope_code((*loop)->current) : 0;

    if (rc < 0)
        return rc;
    if (!sl_lock_is_held(lock))
        return -SLEY_ENOTOWNER;
    rc = lock->_kind == SL_KIND_SHARED
             ? wait_shared(loop, condition, lock, &classes[SL_KIND_SHARED])
             : wait_local(loop, condition, lock, &classes[SL_KIND_LOCAL]);
    if (rc < 0)
        sl_condition_wake(*loop, condition, 1);
    return rc;
}

int sley_condition_wait(sley_condition *condition)
{
    struct sley_loop *loop;
    int rc = sl_kind_enter(kind_of(condition), &loop);

    if (rc < 0)
        return rc;
    rc = sl_condition_wait(&loop, condition, condition_waits);
    sl_shared_leave(loop);
    return rc;
}

int sley_condition_wait_for(sley_condition *condition, bool (*predicate)(void *arg), void *arg)
{
    int rc = 0;

    while (rc == 0 && !predicate(arg))
        rc = sley_condition_wait(condition);
    return rc;
}

int sley_condition_notify(sley_condition *condition, size_t n)
{
    struct sley_loop *loop = sl_enter();
    int rc = 0;

    if (!loop && kind_of(condition) != SL_KIND_SHARED)
        return sl_no_loop();
    if (sl_lock_is_held(sl_condition_lock(condition)))
        sl_condition_wake(loop, condition, n);
    else
        rc = -SLEY_ENOTOWNER;
    sl_shared_leave(loop);
    return rc;
}

int sley_condition_notify_all(sley_condition *condition)
{
    return sley_condition_notify(condition, SIZE_MAX);
}

int sley_condition_acquire(sley_condition *condition)
{
    return sley_lock_acquire(sl_condition_lock(condition));
}

int sley_condition_release(sley_condition *condition)
{
    return sley_lock_release(sl_condition_lock(condition));
}

bool sley_condition_locked(const sley_condition *condition)
{
    return sl_lock_is_held(condition->_lock ? condition->_lock : &condition->_own);
}
