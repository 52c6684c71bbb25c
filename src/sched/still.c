/* All workers have nothing to do: the virtual clock moves on, or the program is asked (on_idle).
 *
 * For tests, and only there: a runtime that wants neither does not count (team->counts_still).
 *
 * A worker that is about to sleep is counted, under a lock, and counted out when it has woken. The
 * last one thus knows that nobody runs, so nobody makes anything ready but other threads; if
 * nothing is queued either, the time of the earliest deadline has come. Somebody who has been rung
 * for and has not counted itself out is no danger: what it was rung for is in a queue still, or a
 * completion in its ring, which no clock waits for (as on one loop). */
#include "sched/share.h"
#include "sched/wait.h"

bool sl_still_queued(struct sl_team *team)
{
    if (sl_inject_any(&team->inject) || sl_load_relaxed(&team->stopping))
        return true;
    for (unsigned i = 0; i < team->n; i++) {
        struct sl_member *member = &team->members[i];

        if (sl_deque_length(&member->deque) || sl_load_relaxed(&member->deque.next) ||
            sl_inject_any(&member->mine) || sl_inject_any(&member->loop->mine) ||
            sl_load_relaxed(&member->loop->inbox) || sl_load_relaxed(&member->loop->signals))
            return true;
    }
    return false;
}

int64_t sl_still_deadline(struct sl_team *team)
{
    int64_t earliest = INT64_MAX;

    for (unsigned i = 0; i < team->n; i++) {
        struct sley_loop *loop = team->members[i].loop;
        int64_t next;

        sl_spin_lock(&loop->wheel_lock);
        next = sl_wheel_next(&loop->wheel);
        sl_spin_unlock(&loop->wheel_lock);
        if (next < earliest)
            earliest = next;
    }
    return earliest;
}

static bool in_flight(const struct sl_team *team)
{
    for (unsigned i = 0; i < team->n; i++)
        if (team->members[i].in_flight)
            return true;
    return false;
}

static void ring_all(struct sl_team *team)
{
    for (unsigned i = 0; i < team->n; i++)
        sl_loop_ring(team->members[i].loop);
}

/* Nobody runs. False: nothing was done about it. */
static bool all_still(struct sley_loop *loop, bool *ask)
{
    struct sl_team *team = loop->team;
    int64_t next = sl_still_deadline(team);

    if (next == INT64_MAX) {
        *ask = !in_flight(team) && !loop->runtime->executor_jobs && loop->runtime->options.on_idle;
        return false;
    }
    if (!loop->virtual_clock)
        return false;
    if (next > (int64_t)sl_load_relaxed(&team->clock)) {
        if (sl_load_relaxed(&loop->runtime->executor_jobs)) /* whose time is the real one */
            return false;
        sl_store_relaxed(&team->clock, (uint64_t)next);
    }
    ring_all(team); /* whose timer it is does not matter: this is for tests */
    return true;
}

/* The worker is counted. False: it is not, something has happened. */
static bool enter(struct sley_loop *loop, bool *last)
{
    struct sl_team *team = loop->team;

    for (bool asked = false;; asked = true) {
        bool over = false, ask = false;

        sl_spin_lock(&team->still_lock);
        loop->member->in_flight = loop->ring->in_flight;
        *last = ++team->still == team->n && !sl_still_queued(team);
        if (*last)
            over = all_still(loop, &ask);
        ask = ask && !asked;
        team->still -= over || ask;
        sl_spin_unlock(&team->still_lock);
        if (!ask)
            return !over;
        if (sl_idle_ask(loop) || sl_load_relaxed(&team->stopping) ||
            sl_share_any(loop))
            return false;
    }
}

void sl_still_rest(struct sley_loop *loop, int64_t wait_ns)
{
    struct sl_team *team = loop->team;
    bool last;

    if (wait_ns == 0 || !enter(loop, &last))
        return;
    if (last && wait_ns == INT64_MAX)
        wait_ns = sl_stuck_rest(loop, false);
    if (wait_ns)
        loop->ring->class->turn(loop->ring, wait_ns);
    sl_spin_lock(&team->still_lock);
    team->still--;
    sl_spin_unlock(&team->still_lock);
}
