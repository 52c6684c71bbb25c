/* A worker that is alone: runs what is ready, then turns the ring and the wheel, then sleeps. And
 * what every worker does: begins and ends fibers, dispatches what is ready. Among many: member.c.
 *
 * A fiber that parks switches directly to the next one that is ready (sched/switch.h). The loop's
 * own context, the *hub*, runs only when the next entry is a callback, when the pass is over, or
 * when nothing is ready. Callbacks run on the hub because it has the thread's large stack. */
#include "sched/worker.h"

#include "os/slice.h"
#include "sched/share.h"
#include "sched/switch.h"
#include "sched/wait.h"

#include <sley/error.h>

#include <errno.h>
#include <string.h>

/* ---- a pass ---- */

SL_INLINE void dispatch(struct sley_loop *loop, struct sl_entry *entry)
{
    if (entry->run)
        entry->run(loop, entry);
    else
        sl_switch_run(loop, sl_fiber_of(entry));
}

/* Debug mode: how long did it take, and what does it hold? */
static SL_NOINLINE void dispatch_watched(struct sley_loop *loop, struct sl_entry *entry)
{
    int64_t began = sl_sys.clock_now();

    if (sl_worker_calls.held)
        sl_worker_calls.held(loop, entry);
    dispatch(loop, entry);
    if (sl_worker_calls.held)
        sl_worker_calls.held(loop, NULL);
    if (sl_worker_calls.slow)
        sl_worker_calls.slow(loop, sl_sys.clock_now() - began);
}

void sl_worker_dispatch(struct sley_loop *loop, struct sl_entry *entry)
{
    if (SL_UNLIKELY(loop->debug))
        dispatch_watched(loop, entry);
    else
        dispatch(loop, entry);
}

/* Runs what is ready, until the pass is over. A stop ends it with the batch. */
static void run_ready(struct sley_loop *loop)
{
    struct sl_entry *entry;

    while (loop->budget > 0 && (entry = sl_ready_pop(loop))) {
        loop->budget--;
        sl_worker_dispatch(loop, entry);
        if (SL_UNLIKELY(loop->stop)) {
            if (!loop->batch_last)
                return;
            loop->budget = 1;
        }
    }
}

/* Fires what is due: at once if nothing is ready, else behind it, so that an answer that is there
 * already beats a timeout (docs/cancellation.md, precedence d). */
static void expire(struct sley_loop *loop)
{
    bool at_once = sl_list_empty(&loop->ready);
    struct sl_list due;

    sl_list_init(&due);
    loop->expired_at = loop->now;
    sl_wheel_expire(&loop->wheel, loop->now, &due);
    if (at_once)
        sl_worker_fire(loop, &due);
    else
        sl_list_splice(&loop->ready, &due);
}

/* How long a pass took decides how many dispatches the next one has, so that a completion, a timer
 * or another thread waits for 200 us, not for 64 slow tasks. Only a pass that ended because its
 * dispatches were used up tells anything; what the kernel did in the ring's turn, and sleep, are
 * not counted. */
void sl_worker_adapt(struct sley_loop *loop, int64_t took, int32_t ran)
{
    int32_t full = loop->budget_full;

    if (loop->debug)
        full = 1;
    else if (took > SL_PASS_NS && ran > 1)
        full = (int32_t)((int64_t)ran * SL_PASS_NS / took);
    else if (took < SL_PASS_NS / 2)
        full *= 2;
    loop->budget_full = full < 1 ? 1 : full > SL_PASS_DISPATCHES ? SL_PASS_DISPATCHES : full;
}

/* The end of a pass: other threads, the ring, the timers, and sleep if nothing is ready. */
static bool end_pass(struct sley_loop *loop, bool may_sleep)
{
    int32_t ran = loop->budget_full - loop->budget;
    bool alive = true, turned = false, clock_read = false; /* and nothing took time since */

    loop->passes++;
    loop->dispatches += (uint64_t)ran;
    sl_inbox_take(loop);
    if (sl_list_empty(&loop->ready)) {
        sl_worker_adapt(loop, 0, ran);
        if (may_sleep && !loop->stop)
            alive = sl_idle(loop, &turned);
    } else {
        clock_read = true;
        sl_worker_adapt(loop, sl_loop_clock(loop) - loop->pass_began, ran);
    }
    /* An answer that is there beats a timeout: before timers fire, all there is is reaped. */
    if (loop->ring)
        loop->ring->thorough = loop->wheel.armed && loop->wheel.earliest <= loop->now;
    if (!turned && loop->ring && loop->ring->class->pending(loop->ring)) {
        turned = true;
        loop->ring->class->turn(loop->ring, 0);
    }
    sl_inbox_take(loop);
    if (turned || !clock_read)
        sl_loop_clock(loop);
    loop->pass_began = loop->now;
    /* On the virtual clock time has not moved while anything is ready. */
    if (loop->wheel.armed && sl_wheel_next(&loop->wheel) <= loop->now &&
        !(loop->virtual_clock && !sl_list_empty(&loop->ready)))
        expire(loop);
    loop->budget = loop->budget_full;
    return alive;
}

/* ---- the loop ---- */

/* Another thread's ring is not this one's. */
static int begin_ring(struct sley_loop *loop)
{
    int rc = 0;

    if (loop->ring && !sl_ring_is_own(loop->ring)) {
        if (loop->ring->in_flight)
            return -SLEY_EWRONGLOOP;
        sl_ring_close(loop->ring);
        loop->ring = NULL;
    }
    loop->owner = pthread_self();
    if (loop->team || !loop->virtual_clock)
        sl_worker_ring(loop, &rc);
    return rc;
}

int sl_worker_begin(struct sley_loop *loop)
{
    int rc = begin_ring(loop);

    if (rc < 0)
        return rc;
    sl_thread_signals_enter(&loop->thread_signals);
    loop->slice = loop->runtime->options.kernel_slices ? 0 : sl_slice_shorten();
    sl_current_set(loop);
    sl_hook_fiber_adopted(&loop->hook);
    loop->exceptions = sl_exceptions_of_thread();
    loop->budget_full = loop->debug ? 1 : SL_PASS_DISPATCHES;
    loop->budget = loop->team ? 0 : loop->budget_full;
    loop->share_left = loop->budget_full;
    loop->pass_began = sl_loop_clock(loop);
    return 0;
}

void sl_worker_end(struct sley_loop *loop)
{
    sl_worker_calls.leaves(loop);
    loop->stop = false;
    loop->batch_last = NULL;
    sl_current_set(NULL);
    sl_slice_restore(loop->slice);
    sl_thread_signals_leave(&loop->thread_signals);
}

int sl_worker_run(struct sley_loop *loop)
{
    int rc = sl_own_run(loop);

    if (rc < 0)
        return rc;
    rc = sl_worker_run_claimed(loop);
    sl_worker_leave(loop);
    return rc;
}

void sl_worker_leave(struct sley_loop *loop)
{
    if (loop->team) /* a stop from now on is the next run's */
        sl_store_relaxed(&loop->team->stopping, 0);
    sl_own_leave(loop, SL_LOOP_IDLE);
}

int sl_worker_run_claimed(struct sley_loop *loop)
{
    int rc;

    sl_stuck_begin(loop->runtime);
    if (loop->team)
        return sl_team_run(loop);
    rc = sl_worker_begin(loop);
    if (rc < 0)
        return rc;
    sl_inbox_take(loop); /* a task may have been cancelled before it began */
    for (;;) {
        run_ready(loop);
        if (loop->stop && !loop->batch_last)
            break;
        if (!end_pass(loop, true)) {
            rc = -SLEY_EDEADLOCK;
            break;
        }
    }
    sl_worker_end(loop);
    return rc;
}

bool sl_worker_run_once(struct sley_loop *loop)
{
    uint64_t before;

    if (loop->team || sl_own_run(loop) < 0) /* of many: when is each of them done? */
        return false;
    before = loop->dispatches;
    if (sl_worker_begin(loop) == 0) {
        end_pass(loop, false);
        run_ready(loop);
        loop->dispatches += (uint64_t)(loop->budget_full - loop->budget);
        sl_worker_end(loop);
    }
    sl_worker_leave(loop);
    return loop->dispatches != before;
}

/* The batch that runs is finished, then the loop is left. */
void sl_worker_stop(struct sley_loop *loop)
{
    if (loop->team) {
        sl_team_stop(loop->team);
        return;
    }
    loop->stop = true;
    /* The current fiber's next park goes to the hub, which looks. */
    loop->dispatches += (uint64_t)(loop->budget_full - loop->budget);
    loop->budget_full = loop->budget = 0;
}

struct sl_ring *sl_worker_make_ring(struct sley_loop *loop, int *rc)
{
    *rc = sl_backend_open(loop);
    if (*rc == 0)
        loop->ring = &loop->ring_storage;
    return loop->ring;
}

void sl_worker_open(struct sley_loop *loop, struct sl_runtime *runtime)
{
    loop->runtime = runtime;
    loop->holder = pthread_self();
    loop->debug = runtime->options.debug;
    loop->virtual_clock = runtime->options.virtual_clock;
    loop->stacks.home = loop;
    sl_list_init(&loop->ready);
    loop->now = loop->virtual_clock ? 0 : sl_sys.clock_now();
    sl_wheel_init(&loop->wheel, loop->now);
    loop->budget_full = SL_PASS_DISPATCHES;
}

void sl_worker_close(struct sley_loop *loop)
{
    if (loop->ring)
        sl_ring_close(loop->ring);
    loop->ring = NULL;
    sl_own_leave(loop, SL_LOOP_CLOSED);
    sl_stacks_close(&loop->stacks);
}
