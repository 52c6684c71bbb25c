/* FORMAT.md R13: release hands a permit to the first who waits (it is taken on his behalf); a
 * waiter that was given one and is cancelled gives it back; whoever leaves hands on the rest. */
#include "sync/semaphore.h"

#include <stdio.h>

_Static_assert(sizeof(sley_semaphore) == 64, "part of the interface");

void sl_semaphore_describe(const struct sl_wait *wait, char *text, size_t size)
{
    snprintf(text, size, "%p, of whose permits nobody notes who has them", wait->object);
}

static const struct sl_wait_class semaphore_wait = {
    .reason = "semaphore", .describe = sl_semaphore_describe, .local = true};

/* The kind is one more than elsewhere: a zeroed semaphore was never initialised. */
static int bind(sley_semaphore *semaphore, struct sley_loop *loop)
{
    if (!semaphore->_kind)
        return -EINVAL;
    return sl_primitive_bind(&semaphore->_loop, loop);
}

static bool hand_on(struct sley_loop *loop, sley_semaphore *semaphore)
{
    struct sl_link *link = sl_chain_first(&semaphore->_waiters);

    for (; link; link = link->next) {
        if (sl_wait_wake(loop, sl_wait_of(link))) {
            semaphore->_value--;
            return true;
        }
    }
    return false;
}

static bool is_locked(const sley_semaphore *semaphore)
{
    return semaphore->_value == 0 || sl_waits_alive(&semaphore->_waiters);
}

static int acquire(struct sley_loop **loop, sley_semaphore *semaphore)
{
    struct sl_wait wait;
    int rc;

    if (!is_locked(semaphore)) {
        semaphore->_value--;
        return 0;
    }
    sl_wait_init(&wait, (*loop)->current, &semaphore_wait, semaphore);
    rc = sl_waits_park(loop, &semaphore->_waiters, &wait);
    if (rc < 0 && wait.state == SL_WAIT_DONE)
        semaphore->_value++;
    while (semaphore->_value > 0 && hand_on(*loop, semaphore))
        ;
    return rc;
}

bool sley_semaphore_locked(const sley_semaphore *semaphore)
{
    return semaphore->_kind == SL_SEMAPHORE_SHARED ? sl_semaphore_locked_shared(semaphore)
                                                   : is_locked(semaphore);
}

int sley_semaphore_acquire(sley_semaphore *semaphore)
{
    struct sley_loop *loop;
    int rc;

    if (semaphore->_kind == SL_SEMAPHORE_SHARED)
        return sl_semaphore_acquire_shared(semaphore);
    rc = sl_primitive_enter(&loop);
    if (rc < 0)
        return rc;
    if ((rc = bind(semaphore, loop)) == 0 && (rc = sl_scope_code(loop->current)) == 0)
        rc = acquire(&loop, semaphore);
    sl_leave(loop);
    return rc;
}

int sley_semaphore_try_acquire(sley_semaphore *semaphore)
{
    int rc;

    if (semaphore->_kind == SL_SEMAPHORE_SHARED)
        return sl_semaphore_try_shared(semaphore);
    rc = bind(semaphore, sl_current());
    if (rc < 0)
        return rc;
    if (is_locked(semaphore))
        return -EAGAIN;
    semaphore->_value--;
    return 0;
}

int sley_semaphore_release(sley_semaphore *semaphore)
{
    struct sley_loop *loop;
    int rc;

    if (semaphore->_kind == SL_SEMAPHORE_SHARED)
        return sl_semaphore_release_shared(semaphore);
    loop = sl_enter();
    rc = bind(semaphore, loop);
    if (rc == 0 && semaphore->_bounded && semaphore->_value >= semaphore->_bound)
        rc = -SLEY_EVALUE;
    if (rc == 0) {
        semaphore->_value++;
        hand_on(loop, semaphore);
    }
    if (loop)
        sl_leave(loop);
    return rc;
}
