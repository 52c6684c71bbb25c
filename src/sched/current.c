#include "sched/current.h"

#include "sched/runtime.h"

#include <sley/error.h>

__thread struct sley_loop *sl_current_loop;

SL_NOINLINE struct sley_loop *sl_current_set(struct sley_loop *loop)
{
    struct sley_loop *previous = sl_current();

    sl_current_loop = loop;
    return previous;
}

static __thread struct sl_outside outside;

SL_NOINLINE struct sl_outside *sl_current_outside(void)
{
    return &outside;
}

SL_NOINLINE int sl_no_loop(void)
{
    return sl_current_outside()->forked ? -SLEY_EFORKED : -SLEY_ENOLOOP;
}

uint32_t sl_forks;
