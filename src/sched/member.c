/* A worker among many: its passes, which are like those of a worker that is alone (worker.c), but
 * what is ready comes from everywhere, and who has nothing to do looks at the others. */
#include "sched/rescue.h"
#include "sched/sentry.h"
#include "sched/share.h"
#include "sched/slow.h"
#include "sched/wait.h"

static struct sl_entry *take(struct sley_loop *loop)
{
    struct sl_entry *entry = loop->taken;

    if (sl_slow_timed(loop))
        sl_slow_turn(loop, NULL);
    loop->taken = NULL;
    return entry ? entry : sl_share_next(loop);
}

/* Runs what is ready: until nothing is here, or the pass is over. */
static void run_ready(struct sley_loop *loop)
{
    struct sl_entry *entry;

    while ((entry = take(loop))) {
        if (loop->gathers)
            sl_search_busy(loop);
        sl_worker_dispatch(loop, entry);
    }
}

/* ---- timers ---- */

/* They come back a little later. */
static void put_back_at_home(struct sley_loop *of, const struct sley_loop *by, struct sl_list *due)
{
    struct sl_link *link, *next;

    for (link = due->head.next; link != &due->head; link = next) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);
        struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

        next = link->next;
        if (entry->run != sl_timer_at_home)
            continue;
        sl_link_remove(link);
        timer->deadline = by->now + SL_PASS_NS;
        sl_wheel_arm(&of->wheel, timer);
    }
}

/* Under the wheel's lock: whoever disarms a timer waits until it has acted. None of them runs code
 * of the program's. */
void sl_timers_expire(struct sley_loop *of, struct sley_loop *by)
{
    struct sl_list due;

    sl_list_init(&due);
    sl_spin_lock(&of->wheel_lock);
    if (sl_wheel_next(&of->wheel) <= by->now)
        sl_wheel_expire(&of->wheel, by->now, &due);
    if (of != by)
        put_back_at_home(of, by, &due);
    sl_store_relaxed(&of->timers, of->wheel.armed > 0);
    sl_store_relaxed(&of->member->figures[SL_FIGURE_TIMERS], of->wheel.armed);
    sl_worker_fire(by, &due);
    sl_spin_unlock(&of->wheel_lock);
}

void sl_timer_arm_shared(struct sley_loop *loop, struct sl_timer *timer)
{
    bool first;

    sl_spin_lock(&loop->wheel_lock);
    sl_wheel_arm(&loop->wheel, timer);
    sl_store_relaxed(&loop->timers, 1);
    first = loop->wheel.earliest == timer->deadline;
    sl_spin_unlock(&loop->wheel_lock);
    if (first && loop != sl_current())
        sl_loop_ring(loop);
}

void sl_timer_disarm_shared(struct sley_loop *loop, struct sl_timer *timer)
{
    sl_spin_lock(&loop->wheel_lock);
    if (sl_timer_pending(timer)) {
        sl_wheel_disarm(&loop->wheel, timer);
        sl_link_remove(&timer->entry.link);
        timer->entry.link.next = NULL;
    }
    sl_spin_unlock(&loop->wheel_lock);
}

/* ---- a pass ---- */

void sl_worker_drop(struct sley_loop *loop)
{
    struct sl_list due;
    struct sl_entry *entry;

    sl_list_init(&due);
    sl_wheel_expire(&loop->wheel, INT64_MAX, &due);
    sl_worker_fire(loop, &due);
    sl_inbox_take(loop);
    while ((entry = sl_share_left(loop)))
        entry->run(loop, entry);
}

static void publish(struct sley_loop *loop)
{
    const struct sl_ring *ring = loop->ring;
    sl_atomic_u64 *figures = loop->member->figures;

    sl_store_relaxed(&figures[SL_FIGURE_DISPATCHES], loop->dispatches);
    sl_store_relaxed(&figures[SL_FIGURE_PASSES], loop->passes);
    sl_store_relaxed(&figures[SL_FIGURE_ENTERS], ring->enters);
    sl_store_relaxed(&figures[SL_FIGURE_SUBMITTED], ring->submitted);
    sl_store_relaxed(&figures[SL_FIGURE_COMPLETED], ring->completed);
    sl_store_relaxed(&figures[SL_FIGURE_IN_FLIGHT], ring->in_flight);
}

static int64_t began(const struct sley_loop *loop)
{
    return (int64_t)sl_load_relaxed(&loop->member->began);
}

static void end_pass(struct sley_loop *loop)
{
    int32_t ran = sl_share_ran(loop);
    int64_t took = ran ? sl_loop_clock(loop) - began(loop) : 0;

    loop->gathers = true;
    loop->passes++;
    loop->dispatches += (uint64_t)ran;
    if (!loop->share_cut)
        sl_worker_adapt(loop, loop->share_left > 0 ? 0 : took, ran);
    sl_slow_pass(loop, took);
    sl_stall_tell(loop->team, loop->member, loop->now); /* all others may be stuck, too */
    sl_inbox_take(loop);
    if (loop->ring->class->pending(loop->ring))
        loop->ring->class->turn(loop->ring, 0);
    sl_inbox_take(loop);
    sl_member_begins_pass(loop);
    if (sl_load_relaxed(&loop->timers))
        sl_timers_expire(loop, loop);
    loop->share_left = loop->budget_full;
    loop->share_cut = 0;
    publish(loop); /* what the ring has done in this pass included: it may sleep now, for long */
    if (!sl_share_any(loop) && !sl_load_relaxed(&loop->team->stopping)) {
        sl_search_or_sleep(loop);
        sl_sentry_wake(loop->team);
    }
}

/* ---- the run ---- */

int sl_worker_run_member(struct sley_loop *loop)
{
    int rc = loop->index ? sl_own_run(loop) : 0;

    if (rc < 0 || (rc = sl_worker_begin(loop)) < 0)
        return rc;
    sl_rescue_enlist(loop);
    while (!sl_load_relaxed(&loop->team->stopping)) {
        run_ready(loop);
        end_pass(loop);
    }
    sl_search_leave(loop);
    sl_rescue_discharge(loop);
    sl_worker_end(loop);
    if (loop->index)
        sl_own_leave(loop, SL_LOOP_IDLE);
    return 0;
}

int sl_team_run(struct sley_loop *loop)
{
    int rc = sl_rescue_begin(loop->team);

    if (rc < 0) {
        loop->ring_storage.refusal = "options.rescue_signal cannot be caught, or tells of a fault";
        return rc;
    }
    rc = sl_team_begin(loop->team);
    if (rc == 0) {
        sl_sentry_begin(loop->team);
        rc = sl_worker_run_member(loop);
        if (rc < 0)
            sl_team_stop(loop->team);
        rc = sl_team_rest(loop->team, rc);
        sl_sentry_end(loop->team);
    }
    sl_rescue_end(loop->team);
    return rc;
}
