/* The shared lock. Its word is changed by compare-and-swap; what QUEUED, WOKEN and OWED say about
 * the list changes under the guard only.
 *
 *     free and queued      the head is woken, or cancelled: it will run, and take the lock or pass
 *                          the wake on
 *     held and queued      who releases finds WOKEN, and the head will come by itself; or wakes it
 *
 * A woken head stays in the list until it runs. Tasks of one loop never overtake it (FORMAT.md
 * R11); others may take a free lock meanwhile, until the head has found it held: then it is owed.
 */
#include "sync/lock.h"

#include "task/task.h"

#include <errno.h>
#include <stdio.h>

/* How often who runs looks again before it waits in the list, and a woken head before it is owed
 * the lock. Who holds it may be waiting for something else; then looking is in vain. */
#ifndef SL_LOCK_LOOKS /* a model explores fewer */
#define SL_LOCK_LOOKS 64
#define SL_LOCK_LOOKS_OF_HEAD 8
#endif

static struct sl_fiber *holder(const struct sl_wait *wait)
{
    const sley_lock *lock = wait->object;
    sley_task *owner = sl_lock_is_held(lock) ? sl_shared_load_relaxed(&lock->_owner) : NULL;

    return owner ? &owner->fiber : NULL;
}

static void describe(const struct sl_wait *wait, char *text, size_t size)
{
    sley_lock *lock = wait->object;
    bool by_thread = sl_lock_is_held(lock) && !sl_shared_load_relaxed(&lock->_owner);

    snprintf(text, size, "%p%s", wait->object, by_thread ? " held by a thread" : "");
}

static const struct sl_wait_class shared_lock_wait = {
    .reason = "lock", .holder = holder, .describe = describe};

SL_INLINE uint32_t word_of(const sley_lock *lock)
{
    return sl_shared_load_relaxed(&lock->_locked);
}
/* On failure *word is what is there. */
SL_INLINE bool change(sley_lock *lock, uint32_t *word, uint32_t new)
{
    /* Pairs with itself: who takes the lock sees what was done under it. */
    return sl_shared_cas_acq_rel(&lock->_locked, word, new);
}

static int taken(struct sley_loop *loop, sley_lock *lock)
{
    sl_shared_store_relaxed(&lock->_owner, loop ? sl_task_current(loop) : NULL);
    return 0;
}

/* Does whoever holds it wait for something else? Then it will not be free in a moment. The record
 * may be another task's by now; it is one, whatever happens. */
static bool holder_waits(const sley_lock *lock)
{
    sley_task *owner = sl_shared_load_relaxed(&lock->_owner);

    return owner && sl_fiber_flags(&owner->fiber) & SL_FIBER_PARKED;
}

/* May a newcomer take it? Under the guard, where it is not obvious. */
static bool open_to(const struct sley_loop *loop, const sley_lock *lock, uint32_t word)
{
    if (word & SL_LOCK_LOCKED)
        return false;
    if (sl_shared_free_order(loop))
        return !(word & SL_LOCK_OWED);
    return !(word & SL_LOCK_QUEUED) || !sl_nodes_alive(loop, &lock->_waiters);
}

/* Under the guard. */
static bool try_take(const struct sley_loop *loop, sley_lock *lock)
{
    uint32_t word = word_of(lock);

    while (open_to(loop, lock, word))
        if (change(lock, &word, word | SL_LOCK_LOCKED))
            return true;
    return false;
}

/* The same as far as it needs no guard, and patiently where no order is to be kept: the lock may be
 * free again in a moment. */
static bool look_for_it(const struct sley_loop *loop, sley_lock *lock)
{
    unsigned looks = 0;
    uint32_t word = word_of(lock);

    if (!sl_shared_free_order(loop))
        return false;
    for (;;) {
        while (!(word & (SL_LOCK_LOCKED | SL_LOCK_OWED)))
            if (change(lock, &word, word | SL_LOCK_LOCKED))
                return true;
        if (looks == SL_LOCK_LOOKS || word & SL_LOCK_OWED || holder_waits(lock))
            return false;
        sl_shared_lull(&looks);
        word = word_of(lock);
    }
}

/* ---- the list; all under the guard ---- */

static bool take_or_list(const struct sley_loop *loop, sley_lock *lock, struct sl_node *node)
{
    uint32_t word = word_of(lock);
    bool open;

    do
        open = open_to(loop, lock, word);
    /* It is ours, or whoever frees it from now on comes here. */
    while (!change(lock, &word, word | (open ? SL_LOCK_LOCKED : SL_LOCK_QUEUED)));
    if (!open)
        sl_node_list(node, &lock->_waiters);
    return open;
}

/* The head alone, and only if nobody has ended its wait: a cancelled head passes it on itself. */
static void wake_head(struct sley_loop *loop, sley_lock *lock, struct sl_node **woken)
{
    struct sl_node *head = sl_node_of(sl_chain_first(&lock->_waiters));
    uint32_t word;

    if (!head || !sl_node_claim(loop, head))
        return;
    *woken = head;
    word = word_of(lock);
    while (!change(lock, &word, word | SL_LOCK_WOKEN))
        ;
}

/* Takes a node out; what the word says about it goes, too. */
static uint32_t unlist(sley_lock *lock, struct sl_node *node)
{
    uint32_t gone = node->wait.state == SL_WAIT_DONE ? SL_LOCK_WOKEN : 0;
    uint32_t word = word_of(lock);

    if (!node->wait.link.prev)
        gone |= SL_LOCK_OWED;
    sl_node_unlist(node, &lock->_waiters);
    if (!lock->_waiters.first)
        gone |= SL_LOCK_QUEUED;
    while (!change(lock, &word, word & ~gone))
        ;
    return word & ~gone;
}

/* The woken head: takes it. If it was overtaken, it is owed the lock, and waits again. */
static bool take_as_head(sley_lock *lock, struct sl_node *node)
{
    uint32_t word = word_of(lock);

    for (;;) {
        if (!(word & SL_LOCK_LOCKED)) {
            if (!change(lock, &word, word | SL_LOCK_LOCKED))
                continue;
            unlist(lock, node);
            return true;
        }
        if (change(lock, &word, (word & ~(uint32_t)SL_LOCK_WOKEN) | SL_LOCK_OWED))
            break;
    }
    sl_node_again(node);
    return false;
}

/* ---- acquire ---- */

static int acquire_in_line(struct sley_loop **loop, sley_lock *lock)
{
    struct sl_node node, *woken = NULL;
    int rc;

    sl_node_init(&node, *loop, &shared_lock_wait, lock);
    sl_guard_lock(&lock->_guard);
    if (take_or_list(*loop, lock, &node)) {
        sl_guard_unlock(&lock->_guard);
        return 0;
    }
    for (;;) {
        unsigned looks = 0;

        sl_guard_unlock(&lock->_guard);
        rc = sl_node_park(loop, &node);
        while (rc == 0 && word_of(lock) & SL_LOCK_LOCKED && looks < SL_LOCK_LOOKS_OF_HEAD)
            sl_shared_lull(&looks);
        sl_guard_lock(&lock->_guard);
        if (rc < 0)
            break;
        if (take_as_head(lock, &node)) {
            sl_guard_unlock(&lock->_guard);
            return 0;
        }
    }
    if (!(unlist(lock, &node) & (SL_LOCK_LOCKED | SL_LOCK_WOKEN)))
        wake_head(*loop, lock, &woken);
    sl_guard_unlock(&lock->_guard);
    if (woken)
        sl_node_ready(*loop, woken);
    return rc;
}

int sl_lock_acquire_shared(struct sley_loop **loop, sley_lock *lock)
{
    uint32_t word = 0;
    int rc = 0;

    if (*loop && (rc = sl_scope_code((*loop)->current)) < 0)
        return rc;
    if (!change(lock, &word, SL_LOCK_LOCKED) && !look_for_it(*loop, lock))
        rc = acquire_in_line(loop, lock);
    return rc < 0 ? rc : taken(*loop, lock);
}

static SL_NOINLINE int acquire_slowly(struct sley_loop *loop, sley_lock *lock)
{
    int rc = sl_shared_enter(&loop);

    if (rc < 0)
        return rc;
    rc = sl_lock_acquire_shared(&loop, lock);
    sl_shared_leave(loop);
    return rc;
}

int sl_lock_enter_shared(sley_lock *lock)
{
    struct sley_loop *loop = sl_current();
    uint32_t word = 0;

    if (sl_shared_at_once(loop, SL_SHARED_LOCK) && SL_LIKELY(change(lock, &word, SL_LOCK_LOCKED))) {
        sl_shared_store_relaxed(&lock->_owner, sl_task_of(loop->current));
        return 0;
    }
    return acquire_slowly(loop, lock);
}

int sl_lock_try_shared(sley_lock *lock)
{
    struct sley_loop *loop = sl_current();
    uint32_t word = 0;
    bool mine = change(lock, &word, SL_LOCK_LOCKED);

    if (!mine && !(word & SL_LOCK_LOCKED)) {
        sl_guard_lock(&lock->_guard);
        mine = try_take(loop, lock);
        sl_guard_unlock(&lock->_guard);
    }
    return mine ? taken(loop, lock) : -EAGAIN;
}

/* ---- release ---- */

/* The head is woken before the lock is seen to be free, and is not ready before the guard has been
 * let go: as long as it has not come here itself, the lock is there. Without a head the guard is
 * let go first, and then the last thing that is touched is the word. */
static SL_NOINLINE int release_slowly(struct sley_loop *loop, sley_lock *lock)
{
    struct sl_node *woken = NULL;
    uint32_t word = word_of(lock);

    while (word & SL_LOCK_LOCKED) {
        if (!(word & SL_LOCK_QUEUED) || word & SL_LOCK_WOKEN) {
            if (change(lock, &word, word & ~(uint32_t)SL_LOCK_LOCKED))
                return 0;
            continue;
        }
        sl_guard_lock(&lock->_guard);
        if (lock->_waiters.first) {
            wake_head(loop, lock, &woken);
            word = word_of(lock);
            while (!change(lock, &word, word & ~(uint32_t)SL_LOCK_LOCKED))
                ;
            sl_guard_unlock(&lock->_guard);
            if (woken)
                sl_node_ready(loop, woken);
            return 0;
        }
        sl_guard_unlock(&lock->_guard);
        word = word_of(lock);
    }
    return -SLEY_ENOTOWNER;
}

int sl_lock_release_shared(struct sley_loop *loop, sley_lock *lock)
{
    uint32_t word = SL_LOCK_LOCKED;

    return SL_LIKELY(change(lock, &word, 0)) ? 0 : release_slowly(loop, lock);
}

int sl_lock_leave_shared(sley_lock *lock)
{
    uint32_t word = SL_LOCK_LOCKED;
    struct sley_loop *loop;
    int rc;

    if (SL_LIKELY(change(lock, &word, 0)))
        return 0;
    loop = sl_enter();
    rc = release_slowly(loop, lock);
    sl_shared_leave(loop);
    return rc;
}
