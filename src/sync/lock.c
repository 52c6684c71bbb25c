/* FORMAT.md R11: no barging, no hand-off: release frees the lock and wakes the head, who takes it
 * when it runs; nobody else can in between, because a live waiter keeps newcomers in the queue. */
#include "sync/lock.h"

#include "task/task.h"

_Static_assert(sizeof(sley_lock) == 56, "part of the interface");

static struct sl_fiber *holder(const struct sl_wait *wait)
{
    const sley_lock *lock = wait->object;

    sley_task *owner = sl_shared_load_relaxed(&lock->_owner); /* others ask, for a report */

    return owner ? &owner->fiber : NULL;
}

static const struct sl_wait_class lock_wait = {.reason = "lock", .holder = holder, .local = true};

static bool is_free(const sley_lock *lock)
{
    return !lock->_locked && !sl_waits_alive(&lock->_waiters);
}

static void take(sley_lock *lock, struct sley_loop *loop)
{
    lock->_locked = 1;
    sl_shared_store_relaxed(&lock->_owner, sl_task_current(loop));
}

/* The head alone, and only if nobody has ended its wait: a cancelled head passes it on itself. */
static void wake_head(struct sley_loop *loop, sley_lock *lock)
{
    struct sl_wait *head = sl_wait_of(sl_chain_first(&lock->_waiters));

    if (head)
        sl_wait_wake(loop, head);
}

static int bind(sley_lock *lock, struct sley_loop *loop)
{
    return sl_primitive_bind(&lock->_loop, loop);
}

static int acquire(struct sley_loop **loop, sley_lock *lock)
{
    struct sl_wait wait;
    int rc = bind(lock, *loop);

    if (SL_UNLIKELY(rc < 0) || SL_UNLIKELY((rc = sl_scope_code((*loop)->current)) < 0))
        return rc;
    if (SL_LIKELY(is_free(lock))) {
        take(lock, *loop);
        return 0;
    }
    sl_wait_init(&wait, (*loop)->current, &lock_wait, lock);
    rc = sl_waits_park(loop, &lock->_waiters, &wait);
    if (rc < 0) {
        if (!lock->_locked)
            wake_head(*loop, lock);
        return rc;
    }
    take(lock, *loop);
    return 0;
}

static int release(struct sley_loop *loop, sley_lock *lock)
{
    int rc = bind(lock, loop);

    if (rc < 0)
        return rc;
    if (!lock->_locked)
        return -SLEY_ENOTOWNER;
    lock->_locked = 0;
    sl_shared_store_relaxed(&lock->_owner, NULL);
    wake_head(loop, lock);
    return 0;
}

int sl_lock_acquire(struct sley_loop **loop, sley_lock *lock)
{
    if (lock->_kind == SL_KIND_SHARED)
        return sl_lock_acquire_shared(loop, lock);
    return acquire(loop, lock);
}

int sl_lock_release(struct sley_loop *loop, sley_lock *lock)
{
    if (lock->_kind == SL_KIND_SHARED)
        return sl_lock_release_shared(loop, lock);
    return release(loop, lock);
}

static SL_NOINLINE int enter(sley_lock *lock)
{
    struct sley_loop *loop;
    int rc = sl_primitive_enter(&loop);

    if (rc < 0)
        return rc;
    rc = acquire(&loop, lock);
    sl_leave(loop);
    return rc;
}

int sley_lock_acquire(sley_lock *lock)
{
    return SL_LIKELY(lock->_kind == SL_KIND_SHARED) ? sl_lock_enter_shared(lock) : enter(lock);
}

int sley_lock_try_acquire(sley_lock *lock)
{
    struct sley_loop *loop;
    int rc;

    if (lock->_kind == SL_KIND_SHARED)
        return sl_lock_try_shared(lock);
    rc = sl_primitive_enter(&loop);
    if (rc < 0)
        return rc;
    if ((rc = bind(lock, loop)) == 0) {
        if (is_free(lock))
            take(lock, loop);
        else
            rc = -EAGAIN;
    }
    sl_leave(loop);
    return rc;
}

static SL_NOINLINE int leave(sley_lock *lock)
{
    struct sley_loop *loop = sl_enter();
    int rc;

    if (!loop)
        return sl_no_loop();
    rc = release(loop, lock);
    sl_leave(loop);
    return rc;
}

int sley_lock_release(sley_lock *lock)
{
    return SL_LIKELY(lock->_kind == SL_KIND_SHARED) ? sl_lock_leave_shared(lock) : leave(lock);
}

bool sley_lock_locked(const sley_lock *lock)
{
    return sl_lock_is_held(lock);
}
