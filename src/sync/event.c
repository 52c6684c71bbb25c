/* FORMAT.md R12: set wakes everybody who waits, in order; who was woken returns even if clear came
 * first. */
#include "sync/shared.h"

#include <sley/event.h>

_Static_assert(sizeof(sley_event) == 48, "part of the interface");

enum { SET = 1, QUEUED = 2 }; /* of _set; a local one's is 0 or SET. Never both */

static const struct sl_wait_class event_wait = {.reason = "event", .local = true};
static const struct sl_wait_class shared_event_wait = {.reason = "event"};

/* ---- the local kind ---- */

static int bind(sley_event *event, struct sley_loop *loop)
{
    return sl_primitive_bind(&event->_loop, loop);
}

static SL_NOINLINE int wait_local(sley_event *event)
{
    struct sley_loop *loop;
    int rc = sl_primitive_enter(&loop);

    if (rc < 0)
        return rc;
    if ((rc = bind(event, loop)) == 0 && (rc = sl_scope_code(loop->current)) == 0 &&
        !event->_set) {
        struct sl_wait wait;

        sl_wait_init(&wait, loop->current, &event_wait, event);
        rc = sl_waits_park(&loop, &event->_waiters, &wait);
    }
    sl_leave(loop);
    return rc;
}

static SL_NOINLINE int set_local(sley_event *event)
{
    struct sley_loop *loop = sl_enter();
    int rc = bind(event, loop);

    if (rc == 0 && !event->_set) {
        event->_set = SET;
        for (struct sl_link *link = sl_chain_first(&event->_waiters); link; link = link->next)
            sl_wait_wake(loop, sl_wait_of(link));
    }
    if (loop)
        sl_leave(loop);
    return rc;
}

/* ---- the shared kind ---- */

/* Pairs with itself and with the load in is_set: who sees it set sees what came before. */
SL_INLINE bool change(sley_event *event, uint32_t *word, uint32_t new)
{
    return sl_shared_cas_acq_rel(&event->_set, word, new);
}

static bool list_unless_set(sley_event *event, struct sl_node *node)
{
    uint32_t word = sl_shared_load_acquire(&event->_set); /* pairs with change */

    do
        if (word & SET)
            return false;
    while (!change(event, &word, QUEUED)); /* whoever sets it from now on comes here */
    sl_node_list(node, &event->_waiters);
    return true;
}

/* Cancelled. Whoever was woken does not come here. */
static void unlist(sley_event *event, struct sl_node *node)
{
    uint32_t queued = QUEUED;

    sl_guard_lock(&event->_guard);
    if (node->wait.flags & SL_NODE_LISTED) {
        sl_node_unlist(node, &event->_waiters);
        if (!event->_waiters.first)
            change(event, &queued, 0);
    }
    sl_guard_unlock(&event->_guard);
}

static SL_NOINLINE int wait_shared(struct sley_loop *loop, sley_event *event)
{
    struct sl_node node;
    int rc = sl_shared_enter(&loop);
    bool listed;

    if (rc < 0)
        return rc;
    sl_node_init(&node, loop, &shared_event_wait, event);
    sl_guard_lock(&event->_guard);
    listed = list_unless_set(event, &node);
    sl_guard_unlock(&event->_guard);
    if (listed) {
        rc = sl_node_park(&loop, &node);
        if (node.wait.state == SL_WAIT_CANCELLED)
            unlist(event, &node);
    }
    sl_shared_leave(loop);
    return rc;
}

/* All who wait, under the guard: what is seen by others is the word, which is written while they
 * are listed; they are claimed then, and not ready before the guard has been let go. False: there
 * is nobody. */
static bool set_and_claim(struct sley_loop *loop, sley_event *event, struct sl_woken *woken)
{
    uint32_t word = QUEUED;
    struct sl_link *link;

    sl_guard_lock(&event->_guard);
    if (!event->_waiters.first) {
        sl_guard_unlock(&event->_guard);
        return false;
    }
    change(event, &word, SET); /* only the guard's holder touches a word with QUEUED */
    while ((link = sl_chain_first(&event->_waiters))) {
        struct sl_node *node = sl_node_of(link);

        sl_node_unlist(node, &event->_waiters);
        if (sl_node_claim(loop, node))
            sl_woken_add(woken, node);
    }
    sl_guard_unlock(&event->_guard);
    return true;
}

static SL_NOINLINE int set_shared(sley_event *event)
{
    uint32_t word = 0;
    struct sl_woken woken;
    struct sley_loop *loop;

    do
        if (word & SET || (!(word & QUEUED) && SL_LIKELY(change(event, &word, SET))))
            return 0;
    while (!(word & QUEUED));
    loop = sl_enter();
    sl_woken_init(&woken);
    while (!set_and_claim(loop, event, &woken)) {
        word = 0;
        if (change(event, &word, SET) || word & SET)
            break;
    }
    sl_woken_ready(loop, &woken);
    sl_shared_leave(loop);
    return 0;
}

/* ---- both ---- */

int sley_event_wait(sley_event *event)
{
    struct sley_loop *loop;

    if (event->_kind != SL_KIND_SHARED)
        return wait_local(event);
    loop = sl_current();
    /* Pairs with change. */
    if (sl_shared_load_acquire(&event->_set) & SET && sl_shared_at_once(loop, SL_SHARED_ONE))
        return 0;
    return wait_shared(loop, event);
}

int sley_event_set(sley_event *event)
{
    return event->_kind == SL_KIND_SHARED ? set_shared(event) : set_local(event);
}

int sley_event_clear(sley_event *event)
{
    uint32_t word = SET;

    if (event->_kind == SL_KIND_SHARED)
        change(event, &word, 0);
    else
        event->_set = 0;
    return 0;
}

bool sley_event_is_set(const sley_event *event)
{
    return sl_shared_load_acquire(&event->_set) & SET; /* pairs with change */
}
