/* sync/primitive.h: what all primitives have in common: to whom a local one belongs, and its list
 * of waits. shared.h has the other kind. */
#ifndef SL_SYNC_PRIMITIVE_H
#define SL_SYNC_PRIMITIVE_H

#include "sched/wait.h"

#include <sley/error.h>

#include <errno.h>

#define SL_KIND_SHARED 0u
#define SL_KIND_LOCAL 1u

/* What a local primitive holds in _loop: the loop that used it first. Of many workers, only tasks
 * that are pinned there may use it: the mark makes all comparisons with a loop fail, so that what
 * is quick for one loop comes here. */
SL_INLINE void *sl_primitive_owner(struct sley_loop *loop)
{
    return loop->team ? (char *)loop + 1 : (char *)loop;
}

/* A local primitive belongs to the loop that used it first, and says no to the others, which may
 * ask as that one binds it. loop is NULL outside of any: for calls that do not wait, where nobody
 * does. */
SL_NOINLINE int sl_primitive_bind_slowly(void **owner, struct sley_loop *loop);
SL_INLINE int sl_primitive_bind(void **owner, struct sley_loop *loop)
{
    return SL_LIKELY(sl_shared_load_relaxed(owner) == loop) ? 0
                                                            : sl_primitive_bind_slowly(owner, loop);
}

SL_INLINE struct sl_wait *sl_wait_of(struct sl_link *link)
{
    return link ? SL_CONTAINER(link, struct sl_wait, link) : NULL;
}

/* Is anybody in the list who was not cancelled? A cancelled node stays until its fiber runs. Among
 * many workers another one may cancel it meanwhile: who sees it as alive still queues behind it,
 * and a cancelled one passes on what it might have had. */
SL_INLINE bool sl_waits_alive(const sley_links *waits)
{
    for (struct sl_link *link = sl_chain_first(waits); link; link = link->next)
        if (sl_shared_load_relaxed(&sl_wait_of(link)->state) != SL_WAIT_CANCELLED)
            return true;
    return false;
}

/* Waits in the list, and leaves it. */
SLEY_SUSPENDS static inline int sl_waits_park(struct sley_loop **loop, sley_links *waits,
                                              struct sl_wait *wait)
{
    int rc;

    sl_chain_push(waits, &wait->link);
    rc = sl_wait_park(loop, wait);
    sl_chain_remove(waits, &wait->link);
    return rc;
}

/* The public door of a suspending call: the loop with a running fiber whose scopes are open. */
SL_INLINE int sl_primitive_enter(struct sley_loop **loop)
{
    *loop = sl_enter();
    if (SL_UNLIKELY(!*loop))
        return sl_no_loop();
    if (SL_UNLIKELY(!(*loop)->current)) {
        sl_leave(*loop);
        return -SLEY_ENOLOOP;
    }
    return 0;
}

/* For a call that needs no wait and changes nothing but the primitive: is it the loop's that runs
 * in this thread ... */
SL_INLINE bool sl_primitive_is_here(void *const *owner, const struct sley_loop *loop)
{
    return SL_LIKELY(loop && loop == sl_shared_load_relaxed(owner));
}

/* ... and does a task call whose scopes are open? If not, sl_primitive_enter says what is wrong. */
SL_INLINE bool sl_primitive_at_once(void *const *owner, const struct sley_loop *loop)
{
    return sl_primitive_is_here(owner, loop) &&
           SL_LIKELY(loop->current && !(sl_fiber_flags(loop->current) & SL_FIBER_IN_CANCELLED));
}

#endif
