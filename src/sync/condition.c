/* FORMAT.md R14: the lock is taken again whatever happens, and a wait that ends by an error hands
 * on the notification that it may have had. */
#include "sync/condition.h"

#include "task/scope.h"

_Static_assert(sizeof(sley_condition) == 104, "part of the interface");

static const struct sl_wait_class condition_wait = {.reason = "condition", .local = true};

void sl_condition_wake(struct sley_loop *loop, sley_condition *condition, size_t n)
{
    struct sl_link *link = sl_chain_first(&condition->_waiters);

    for (; link && n; link = link->next)
        n -= sl_wait_wake(loop, sl_wait_of(link));
}

/* Cancels are remembered, the last one is returned; sticky scopes are hidden, or they would fail
 * every try. */
static int acquire_again(struct sley_loop **loop, sley_lock *lock)
{
    struct sl_fiber *self = (*loop)->current;
    sley_scope shield = {._flags = SL_SCOPE_SHIELD};
    int rc, cancel = 0;

    sl_scope_enter(self, &shield);
    while ((rc = sl_lock_acquire(loop, lock)) == -ECANCELED)
        cancel = rc;
    sl_scope_exit(self, &shield);
    return rc < 0 ? rc : cancel;
}

int sl_condition_wait(struct sley_loop **loop, sley_condition *condition)
{
    sley_lock *lock = sl_condition_lock(condition);
    struct sl_wait wait;
    int rc = sl_scope_code((*loop)->current), again;

    if (rc < 0)
        return rc;
    if (!lock->_locked)
        return -SLEY_ENOTOWNER;
    rc = sl_lock_release(*loop, lock);
    if (rc < 0)
        return rc;
    sl_wait_init(&wait, (*loop)->current, &condition_wait, condition);
    rc = sl_waits_park(loop, &condition->_waiters, &wait);
    again = acquire_again(loop, lock);
    if (again < 0)
        rc = again;
    if (rc < 0)
        sl_condition_wake(*loop, condition, 1);
    return rc;
}

int sley_condition_wait(sley_condition *condition)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = sl_primitive_enter(&loop, &user);

    if (rc < 0)
        return rc;
    rc = sl_condition_wait(&loop, condition);
    sl_leave(loop, user);
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
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);
    int rc = 0;

    if (!loop)
        return sl_no_loop();
    if (sl_condition_lock(condition)->_locked)
        sl_condition_wake(loop, condition, n);
    else
        rc = -SLEY_ENOTOWNER;
    sl_leave(loop, user);
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
    return condition->_lock ? condition->_lock->_locked : condition->_own._locked;
}
