/* What a program can ask of a loop. */
#include "os/unwind.h"
#include "sched/worker.h"

#include <sley/loop.h>
#include <sley/report.h>

sley_loop *sley_get_running_loop(void)
{
    struct sley_loop *loop = sl_current();

    if (loop)
        sl_stuck_given(loop);
    return loop;
}

bool sley_loop_is_running(const sley_loop *loop)
{
    return sl_shared_load_relaxed(&loop->state) == SL_LOOP_RUNNING;
}

sley_instant sley_loop_time(const sley_loop *loop)
{
    sley_instant now = {loop->virtual_clock ? sl_virtual_now(loop) : sl_sys.clock_now()};

    return now;
}

bool sley_loop_get_debug(const sley_loop *loop)
{
    return loop->debug;
}

void sley_loop_set_debug(sley_loop *loop, bool debug)
{
    if (debug)
        sl_unwind_prepare();
    loop->debug = debug;
}

const char *sley_version(void)
{
    return SLEY_VERSION;
}
