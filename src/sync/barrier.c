/* FORMAT.md R16: a condition and four states. The last to arrive waits for nobody (but perhaps for
 * the condition's lock). */
#include "sync/condition.h"

#include <sley/barrier.h>

#include <stdio.h>

_Static_assert(sizeof(sley_barrier) == 144, "part of the interface");

enum { FILLING, DRAINING, RESETTING, BROKEN };

/* The object is the condition. */
static void describe_barrier(const struct sl_wait *wait, char *text, size_t size)
{
    const sley_barrier *barrier = SL_CONTAINER(wait->object, const sley_barrier, _condition);

    snprintf(text, size, "%p, where %zu of %zu wait", (const void *)barrier,
             sl_shared_load_relaxed(&barrier->_count), barrier->_parties);
}

static const struct sl_wait_class barrier_waits[] = {
    [SL_KIND_SHARED] = {.reason = "the others at barrier", .describe = describe_barrier},
    [SL_KIND_LOCAL] = {.reason = "the others at barrier", .describe = describe_barrier,
                       .local = true},
};

static void wake_all(struct sley_loop *loop, sley_barrier *barrier)
{
    sl_condition_wake(loop, &barrier->_condition, SIZE_MAX);
}

/* Everything changes with the lock held; who only asks does without. */
SL_INLINE uint32_t state_of(const sley_barrier *barrier)
{
    return sl_shared_load_relaxed(&barrier->_state);
}
SL_INLINE void set_state(sley_barrier *barrier, uint32_t state)
{
    sl_shared_store_relaxed(&barrier->_state, state);
}
SL_INLINE size_t count(sley_barrier *barrier, size_t n)
{
    sl_shared_store_relaxed(&barrier->_count, n);
    return n;
}

/* Late arrivals wait until the round before them has left. */
static int wait_until_filling(struct sley_loop **loop, sley_barrier *barrier)
{
    int rc = 0;

    while (rc == 0 && (barrier->_state == DRAINING || barrier->_state == RESETTING))
        rc = sl_condition_wait(loop, &barrier->_condition, barrier_waits);
    return rc == 0 && barrier->_state == BROKEN ? -SLEY_EBROKEN : rc;
}

static ssize_t meet(struct sley_loop **loop, sley_barrier *barrier)
{
    size_t number = barrier->_count;
    int rc = 0;

    if (count(barrier, number + 1) == barrier->_parties) {
        set_state(barrier, DRAINING);
        wake_all(*loop, barrier);
    } else {
        while (rc == 0 && barrier->_state == FILLING)
            rc = sl_condition_wait(loop, &barrier->_condition, barrier_waits);
        if (rc == 0 && barrier->_state != DRAINING)
            rc = -SLEY_EBROKEN;
    }
    if (count(barrier, barrier->_count - 1) == 0) {
        if (barrier->_state == RESETTING || barrier->_state == DRAINING)
            set_state(barrier, FILLING);
        wake_all(*loop, barrier);
    }
    return rc < 0 ? rc : (ssize_t)number;
}

ssize_t sley_barrier_wait(sley_barrier *barrier)
{
    sley_lock *lock = sl_condition_lock(&barrier->_condition);
    struct sley_loop *loop;
    ssize_t rc;

    if (!barrier->_parties)
        return -EINVAL;
    if ((rc = sl_kind_enter(lock->_kind, &loop)) < 0)
        return rc;
    if ((rc = sl_lock_acquire(&loop, lock)) == 0) {
        rc = wait_until_filling(&loop, barrier);
        if (rc == 0)
            rc = meet(&loop, barrier);
        sl_lock_release(loop, lock);
    }
    sl_shared_leave(loop);
    return rc;
}

static int change(sley_barrier *barrier, bool reset)
{
    sley_lock *lock = sl_condition_lock(&barrier->_condition);
    struct sley_loop *loop;
    int rc = sl_kind_enter(lock->_kind, &loop);

    if (rc < 0)
        return rc;
    if ((rc = sl_lock_acquire(&loop, lock)) == 0) {
        if (reset)
            set_state(barrier, barrier->_count > 0 ? RESETTING : FILLING);
        else
            set_state(barrier, BROKEN);
        wake_all(loop, barrier);
        sl_lock_release(loop, lock);
    }
    sl_shared_leave(loop);
    return rc;
}

int sley_barrier_reset(sley_barrier *barrier)
{
    return change(barrier, true);
}

int sley_barrier_abort(sley_barrier *barrier)
{
    return change(barrier, false);
}

size_t sley_barrier_parties(const sley_barrier *barrier)
{
    return barrier->_parties;
}

size_t sley_barrier_n_waiting(const sley_barrier *barrier)
{
    return state_of(barrier) == FILLING ? sl_shared_load_relaxed(&barrier->_count) : 0;
}

bool sley_barrier_broken(const sley_barrier *barrier)
{
    return state_of(barrier) == BROKEN;
}
