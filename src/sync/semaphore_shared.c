/* The shared semaphore. _value is the word: the number of permits, and QUEUED; a word with QUEUED
 * changes under the guard only.
 *
 * Whoever waits is handed a permit, in order, and nobody overtakes. Tasks of one loop stay in the
 * list until they run, which keeps newcomers behind them (FORMAT.md R13); the others leave it when
 * they are given their permit, and do not touch the semaphore again. */
#include "sync/semaphore.h"

#define QUEUED ((size_t)1 << (8 * sizeof(size_t) - 1)) /* the list is not empty */

static const struct sl_wait_class shared_semaphore_wait = {.reason = "semaphore",
                                                           .describe = sl_semaphore_describe};

SL_INLINE size_t word_of(const sley_semaphore *semaphore)
{
    return sl_shared_load_relaxed(&semaphore->_value);
}
/* On failure *word is what is there. */
SL_INLINE bool change(sley_semaphore *semaphore, size_t *word, size_t new)
{
    /* Pairs with itself: who takes a permit sees what was done before it was given. */
    return sl_shared_cas_acq_rel(&semaphore->_value, word, new);
}

/* Without the guard; false also if it takes the guard to know. */
SL_INLINE bool try_take(sley_semaphore *semaphore)
{
    size_t word = word_of(semaphore);

    while (word && !(word & QUEUED))
        if (SL_LIKELY(change(semaphore, &word, word - 1)))
            return true;
    return false;
}

/* ---- under the guard ---- */

/* Permits, as long as somebody is listed: then only the guard's holder changes the word. */
static size_t permits(const sley_semaphore *semaphore)
{
    return word_of(semaphore) & ~QUEUED;
}
static void set_permits(sley_semaphore *semaphore, size_t value)
{
    size_t word = word_of(semaphore);

    change(semaphore, &word, value | (semaphore->_waiters.first ? QUEUED : 0));
}

/* Takes one, or says in the word that somebody is about to be listed. */
static bool take_or_queue(const struct sley_loop *loop, sley_semaphore *semaphore)
{
    size_t word = word_of(semaphore);
    bool open;

    do
        open = word & ~QUEUED &&
               (!(word & QUEUED) || !sl_nodes_alive(loop, &semaphore->_waiters));
    while (!change(semaphore, &word, open ? word - 1 : word | QUEUED));
    return open;
}

/* Gives at most `most` of `value` permits to those who wait, in order; the word has the rest. Who
 * was given one and is still listed is passed over. */
static void hand_on(struct sley_loop *loop, sley_semaphore *semaphore, size_t value, size_t most,
                    struct sl_woken *woken)
{
    struct sl_link *link = sl_chain_first(&semaphore->_waiters), *next;

    for (; link && value && most; link = next) {
        struct sl_node *node = sl_node_of(link);

        next = link->next;
        if (!sl_node_claim(loop, node))
            continue;
        value--;
        most--;
        if (!(node->wait.flags & SL_NODE_EXACT))
            sl_node_unlist(node, &semaphore->_waiters);
        sl_woken_add(woken, node);
    }
    set_permits(semaphore, value);
}

static void leave(struct sley_loop *loop, sley_semaphore *semaphore, struct sl_node *node, int rc,
                  struct sl_woken *woken)
{
    size_t value = permits(semaphore);

    if (!(node->wait.flags & SL_NODE_LISTED)) /* handed its permit */
        return;
    if (rc < 0 && node->wait.state == SL_WAIT_DONE)
        value++;
    sl_node_unlist(node, &semaphore->_waiters);
    hand_on(loop, semaphore, value, value, woken);
}

/* ---- the calls ---- */

static SL_NOINLINE int acquire_slowly(struct sley_loop *loop, sley_semaphore *semaphore)
{
    struct sl_woken woken;
    struct sl_node node;
    bool taken;
    int rc = sl_shared_enter(&loop);

    if (rc < 0)
        return rc;
    sl_woken_init(&woken);
    sl_node_init(&node, loop, &shared_semaphore_wait, semaphore);
    sl_guard_lock(&semaphore->_guard);
    taken = take_or_queue(loop, semaphore);
    if (!taken)
        sl_node_list(&node, &semaphore->_waiters);
    sl_guard_unlock(&semaphore->_guard);
    if (!taken) {
        rc = sl_node_park(&loop, &node);
        if (rc < 0 || node.wait.flags & SL_NODE_EXACT) {
            sl_guard_lock(&semaphore->_guard);
            leave(loop, semaphore, &node, rc, &woken);
            sl_guard_unlock(&semaphore->_guard);
            sl_woken_ready(loop, &woken);
        }
    }
    sl_shared_leave(loop);
    return rc;
}

int sl_semaphore_acquire_shared(sley_semaphore *semaphore)
{
    struct sley_loop *loop = sl_current();

    if (sl_shared_at_once(loop, SL_SHARED_LOCK) && SL_LIKELY(try_take(semaphore)))
        return 0;
    return acquire_slowly(loop, semaphore);
}

int sl_semaphore_try_shared(sley_semaphore *semaphore)
{
    size_t word;
    bool taken = false;

    if (try_take(semaphore))
        return 0;
    word = word_of(semaphore);
    if (word & QUEUED && word & ~QUEUED) {
        sl_guard_lock(&semaphore->_guard);
        word = word_of(semaphore);
        if (word & ~QUEUED && !sl_nodes_alive(sl_current(), &semaphore->_waiters))
            taken = change(semaphore, &word, word - 1);
        sl_guard_unlock(&semaphore->_guard);
    }
    return taken || try_take(semaphore) ? 0 : -EAGAIN;
}

/* With somebody listed: who is given the permit is not ready before the guard has been let go, and
 * who keeps the permit in the word was cancelled and comes here before it leaves. False: nobody is
 * listed any more. */
static bool release_listed(struct sley_loop *loop, sley_semaphore *semaphore,
                           struct sl_woken *woken, int *rc)
{
    size_t value;
    bool listed;

    sl_guard_lock(&semaphore->_guard);
    listed = semaphore->_waiters.first != NULL;
    value = permits(semaphore);
    if (listed && semaphore->_bounded && value >= semaphore->_bound)
        *rc = -SLEY_EVALUE;
    else if (listed)
        hand_on(loop, semaphore, value + 1, 1, woken);
    sl_guard_unlock(&semaphore->_guard);
    return listed;
}

int sl_semaphore_release_shared(sley_semaphore *semaphore)
{
    size_t word = word_of(semaphore);
    struct sl_woken woken;
    struct sley_loop *loop;
    int rc = 0;

    for (;;) {
        while (!(word & QUEUED)) {
            if (semaphore->_bounded && word >= semaphore->_bound)
                return -SLEY_EVALUE;
            if (SL_LIKELY(change(semaphore, &word, word + 1)))
                return 0;
        }
        loop = sl_enter();
        sl_woken_init(&woken);
        if (release_listed(loop, semaphore, &woken, &rc))
            break;
        sl_shared_leave(loop);
        word = word_of(semaphore);
    }
    sl_woken_ready(loop, &woken);
    sl_shared_leave(loop);
    return rc;
}

bool sl_semaphore_locked_shared(const sley_semaphore *semaphore)
{
    size_t word = word_of(semaphore);
    bool alive;

    if (!(word & QUEUED) || !(word & ~QUEUED))
        return !(word & ~QUEUED);
    sl_guard_lock(&semaphore->_guard);
    alive = sl_nodes_alive(sl_current(), &semaphore->_waiters);
    sl_guard_unlock(&semaphore->_guard);
    return alive;
}
