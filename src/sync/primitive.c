#include "sync/primitive.h"

SL_NOINLINE int sl_primitive_bind_slowly(void **owner, struct sley_loop *loop)
{
    void *mine, *none = NULL;

    if (!loop)
        return sl_shared_load_relaxed(owner) ? -SLEY_EWRONGLOOP : 0;
    mine = sl_primitive_owner(loop);
    if (loop->team && loop->current && !(sl_fiber_flags(loop->current) & SL_FIBER_PINNED))
        return -SLEY_EWRONGLOOP;
    /* Pairs with itself: of two loops one is the first. */
    if (sl_shared_cas_acq_rel(owner, &none, mine) || none == mine)
        return 0;
    return -SLEY_EWRONGLOOP;
}
