/* sync/shared.h: what the shared kind of all primitives is made of.
 *
 * A primitive has one word that is quick to change by a compare-and-swap, and a list of waits under
 * a *guard*, a spin lock in the object. A bit of the word (QUEUED) says that the list is not empty.
 * Who waits is a fiber of any loop, or a plain thread; its node lies on its stack.
 *
 * Who ends waits takes the guard, claims each of them (from then on the wait is over and nobody
 * else ends it, but the waiter does not run yet), lets the guard go, and only then makes the
 * waiters ready (struct sl_woken): none of them can have freed the object before.
 * README.md has the argument for each operation. */
#ifndef SL_SYNC_SHARED_H
#define SL_SYNC_SHARED_H

#include "os/spin.h"
#include "sync/primitive.h"

/* os/plain.h has the names of sockets, too. */
void sl_plain_futex_wait(const void *word, uint32_t value);
void sl_plain_futex_wake(const void *word);

/* Bits of sl_node.wait.flags: the guard's. */
enum {
    SL_NODE_LISTED = 1,  /* in the list */
    SL_NODE_EXACT = 2,   /* a pinned fiber's, or of one loop: asyncio's rules, so a cancel that
                            comes before it has run beats what it was given */
    SL_NODE_HANDED = 4,  /* it has been given what it waited for: the object is not touched again */
};

struct sl_node {
    struct sl_wait wait;      /* of a thread: no fiber, no loop */
    struct sley_loop *loop;   /* of a runtime of one: whose fiber it is. Else NULL */
    struct sl_node *next;     /* of those who are claimed */
    intptr_t item;            /* a queue's */
    uint32_t told;            /* the word that a thread sleeps on */
};

/* Claimed, and to be made ready when the guard has been let go. */
struct sl_woken {
    struct sl_node *first, *last;
};

/* ---- the guard: a few instructions long, nothing of the program's runs under it (but a priority
 * queue's compare function) ---- */

/* Between two looks of one worker at what another one holds or changes all the time: long, so that
 * the other one keeps the cache line for many operations and not for one. */
#define SL_SHARED_LULL 16 /* of a processor's pause, at first */
#define SL_SHARED_LULLS 4 /* it is doubled so often, less one */

SL_NOINLINE void sl_shared_lull(unsigned *turns);
SL_NOINLINE void sl_guard_lock_contended(sl_atomic_u32 *guard);

SL_INLINE sl_atomic_u32 *sl_guard_of(const uint32_t *word)
{
    return (sl_atomic_u32 *)(uintptr_t)word; /* a field of a public struct */
}
SL_INLINE SL_MUST_USE bool sl_guard_try(const uint32_t *word)
{
    return !sl_exchange_acq_rel(sl_guard_of(word), 1); /* pairs with unlock */
}
SL_INLINE void sl_guard_lock(const uint32_t *word)
{
    if (SL_UNLIKELY(!sl_guard_try(word)))
        sl_guard_lock_contended(sl_guard_of(word));
}
SL_INLINE void sl_guard_unlock(const uint32_t *word)
{
    /* What was done under the guard comes before: pairs with lock. */
    sl_store_release(sl_guard_of(word), 0);
}

/* ---- nodes ---- */

/* `loop` is the caller's with a running fiber, or NULL: a plain thread. */
SL_INLINE void sl_node_init(struct sl_node *node, struct sley_loop *loop,
                            const struct sl_wait_class *class, const void *object)
{
    struct sl_fiber *fiber = loop ? loop->current : NULL;

    sl_wait_init(&node->wait, fiber, class, object);
    node->loop = loop && !loop->team ? loop : NULL;
    if (fiber && (!loop->team || sl_fiber_flags(fiber) & SL_FIBER_PINNED))
        node->wait.flags = SL_NODE_EXACT;
    node->next = NULL;
    node->told = 0;
}
SL_INLINE struct sl_node *sl_node_of(struct sl_link *link)
{
    return link ? SL_CONTAINER(link, struct sl_node, wait.link) : NULL;
}
/* Under the guard: the wait begins, and is listed, also if a request has ended it already. */
SL_INLINE void sl_node_list(struct sl_node *node, sley_links *list)
{
    if (node->wait.fiber)
        (void)!sl_wait_begin(&node->wait);
    node->wait.flags |= SL_NODE_LISTED;
    sl_chain_push(list, &node->wait.link);
}
/* Under the guard: whoever was claimed waits once more, where it stands in the list. */
SL_INLINE void sl_node_again(struct sl_node *node)
{
    node->wait.state = SL_WAIT_PENDING;
    node->wait.taken = 0;
    node->told = 0;
    if (node->wait.fiber)
        (void)!sl_wait_begin(&node->wait);
}
SL_INLINE void sl_node_unlist(struct sl_node *node, sley_links *list)
{
    node->wait.flags &= ~(uint32_t)SL_NODE_LISTED;
    sl_chain_remove(list, &node->wait.link);
}
/* Under the guard: ends the wait; true for exactly one. `loop` is the caller's, or NULL. */
SL_INLINE SL_MUST_USE bool sl_node_claim(struct sley_loop *loop, struct sl_node *node)
{
    if (SL_LIKELY(node->loop && node->loop == loop))
        return sl_wait_claim_own(&node->wait);
    if (node->wait.fiber)
        return sl_wait_claim(&node->wait);
    if (node->wait.state != SL_WAIT_PENDING)
        return false;
    node->wait.state = SL_WAIT_DONE;
    return true;
}
/* Under the guard: has nobody cancelled it? Asked by tasks of one loop about their likes, which
 * alone can be cancelled and still be listed while such a task runs; the others count. */
SL_INLINE bool sl_node_alive(const struct sley_loop *loop, const struct sl_node *node)
{
    return node->loop != loop || !loop || node->wait.state != SL_WAIT_CANCELLED;
}
SL_INLINE bool sl_nodes_alive(const struct sley_loop *loop, const sley_links *list)
{
    for (struct sl_link *link = sl_chain_first(list); link; link = link->next)
        if (sl_node_alive(loop, sl_node_of(link)))
            return true;
    return false;
}

/* The caller is a plain thread, or one of many workers: no order of asyncio's is to be kept. */
SL_INLINE bool sl_shared_free_order(const struct sley_loop *loop)
{
    return !loop || loop->team;
}

/* Waits until the node is claimed or cancelled: 0, or the code of the cancel that wins. What was
 * written under the guard before the claim is seen then. */
SLEY_SUSPENDS int sl_node_park(struct sley_loop **loop, struct sl_node *node);

SL_INLINE void sl_woken_init(struct sl_woken *woken)
{
    woken->first = woken->last = NULL;
}
SL_INLINE void sl_woken_add(struct sl_woken *woken, struct sl_node *node)
{
    node->next = NULL;
    if (woken->last)
        woken->last->next = node;
    else
        woken->first = node;
    woken->last = node;
}
/* Not under the guard: makes a claimed waiter ready, whose node is gone then. */
SL_INLINE void sl_node_ready(struct sley_loop *loop, struct sl_node *node)
{
    if (SL_LIKELY(node->loop && node->loop == loop)) {
        sl_ready_push(loop, &node->wait.fiber->entry);
        return;
    }
    if (node->wait.fiber) {
        sl_ready_wake(loop, node->wait.fiber);
        return;
    }
    /* What it was given comes before: pairs with the load in sl_node_park. */
    sl_shared_store_release(&node->told, 1);
    sl_plain_futex_wake(&node->told);
}
/* All of them, in order. */
void sl_woken_ready(struct sley_loop *loop, struct sl_woken *woken);

/* ---- the door of a suspending call of the shared kind ---- */

/* So many operations that did not wait, of fibers of one worker among many, and the one that
 * runs gives way: 10 us or so. Of a lock or a semaphore each counts for several: nobody else
 * gets on meanwhile (64 tasks at one lock: 1.1 ms and Jain's index 0.999 with 128 in a row; with
 * 1024, 20 ms and 0.8), while queues gain by long turns. */
#define SL_SHARED_PATIENCE 640
enum { SL_SHARED_ONE = 1, SL_SHARED_LOCK = 5 };

SL_INLINE bool sl_shared_used_up(struct sley_loop *loop)
{
    bool used_up = loop->shared_left < 0;

    if (used_up)
        loop->shared_left = SL_SHARED_PATIENCE;
    return used_up;
}

/* *loop is the caller's, or NULL: a plain thread. 0, a scope's code, or an error. */
SLEY_SUSPENDS int sl_shared_enter(struct sley_loop **loop);
SL_INLINE void sl_shared_leave(struct sley_loop *loop)
{
    if (loop)
        sl_leave(loop);
}
/* The same for an object of either kind. */
SLEY_SUSPENDS SL_INLINE int sl_kind_enter(uint32_t kind, struct sley_loop **loop)
{
    *loop = sl_current();
    if (kind == SL_KIND_SHARED)
        return sl_shared_enter(loop);
    if (!*loop)
        return sl_no_loop();
    if (!(*loop)->current)
        return -SLEY_ENOLOOP;
    sl_enter_loop(*loop);
    return 0;
}
/* For the quick paths: a task calls, nothing that it should hear of has happened to it, and it need
 * not give way. If not, sl_shared_enter does what is to be done. */
SL_INLINE bool sl_shared_at_once(struct sley_loop *loop, int cost)
{
    return SL_LIKELY(loop && loop->current) &&
           SL_LIKELY(!(sl_fiber_flags(loop->current) & SL_FIBER_IN_CANCELLED)) &&
           SL_LIKELY((loop->shared_left -= cost) >= 0);
}

#endif
