/* run_on: a call on a given worker, as part of the calling task. */
#include "sched/fork.h"
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/error.h>
#include <sley/task.h>

#include <errno.h>

/* Out of line: the worker is read anew after the call, once in a function. */
static SL_NOINLINE intptr_t run_there(struct sley_loop **loop, struct sley_loop *home, sley_fn *fn,
                                      void *arg)
{
    struct sl_pin before;
    intptr_t word;

    *loop = sl_share_pin(*loop, home, &before);
    sl_leave(*loop);
    word = fn(arg);
    *loop = sl_current();
    if (SL_UNLIKELY(!*loop))
        sl_fork_returned();
    sl_enter_loop(*loop);
    *loop = sl_share_unpin(*loop, &before);
    return word;
}

intptr_t sley_run_on(unsigned worker, sley_fn *fn, void *arg)
{
    struct sley_loop *loop = sl_enter(), *home = loop;
    intptr_t word;

    if (!loop)
        return sl_no_loop();
    if (!loop->current)
        word = -SLEY_ENOLOOP;
    else if (worker >= (loop->team ? loop->team->n : 1))
        word = -EINVAL;
    else
        word = sl_scope_code(loop->current);
    if (word == 0) {
        if (loop->team)
            home = loop->team->members[worker].loop;
        word = run_there(&loop, home, fn, arg);
    }
    sl_leave(loop);
    return word;
}

unsigned sley_worker_index(void)
{
    struct sley_loop *loop = sl_current();

    return loop ? loop->index : 0;
}

unsigned sley_worker_count(void)
{
    struct sley_loop *loop = sl_current();

    return loop && loop->team ? loop->team->n : loop ? 1 : 0;
}
