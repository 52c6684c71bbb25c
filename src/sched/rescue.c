#include "sched/rescue.h"

#include "os/kick.h"
#include "os/unwind.h"
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/options.h>

#include <unistd.h>

/* A pass takes 200 us, or as long as one task runs: a worker that has been in one for longer is
 * stuck, unless it has fallen asleep or its thread does not run. Who sits in a system call must not
 * be interrupted: it would see EINTR. */
#define LATE_NS (SL_PASS_NS + 100000)
#define SLACK_NS 50000
#define AGAIN_NS 150000
#define ALONE_NS 4000000
#define TICK_NS 4000000
#define PATIENCE 1000 /* a processor's pauses: about 40 us */

/* ---- the owner's side: in the signal handler ---- */

/* Where it was interrupted it is not inside of any call of ours: nothing that a pass touches is
 * half done. */
static void pass_amid(struct sley_loop *loop)
{
    struct sl_fiber *current = loop->current;
    sl_atomic_u64 *rescues = &loop->member->figures[SL_FIGURE_RESCUES];

    sl_store_relaxed(rescues, sl_load_relaxed(rescues) + 1);
    loop->in_user = 0;
    sl_signal_fence();
    loop->current = NULL; /* not the fiber that runs makes others ready, but a completion */
    sl_inbox_take_amid(loop);
    loop->ring->class->turn_amid(loop->ring);
    loop->current = current;
    sl_search_offer_rest(loop);
    sl_signal_fence();
    loop->in_user = 1;
}

/* Is there anything for a pass? Also by others: a hint. */
static bool wants_pass(const struct sley_loop *loop)
{
    const struct sl_ring *ring = loop->ring;

    return ring->class->waits && (ring->class->waits(ring) || sl_load_relaxed(&loop->inbox));
}

static int64_t in_pass(const struct sl_member *member, int64_t now)
{
    return now - (int64_t)sl_load_relaxed(&member->began);
}

/* Is it late? Then somebody must be there to see it. Has it been in the same turn for a whole tick?
 * On a processor that is shared who sees it never finds it running; and if all are stuck at once,
 * no worker looks. */
static bool tick(struct sley_loop *loop, struct sl_member *member)
{
    uint32_t turns = sl_load_relaxed(&member->turns);
    bool stays = turns == member->ticked;
    int64_t now = sl_sys.clock_now(), cpu;

    if (!sl_load_relaxed(&loop->team->watchers) && (stays || in_pass(member, now) > LATE_NS))
        sl_search_call_watcher(loop->team);
    cpu = sl_kick_clock_read(member->clock); /* a tick may be missing */
    if (stays)
        sl_stall_tick(loop, turns, now - (cpu - member->ticked_cpu));
    else
        member->ticked_cpu = cpu;
    member->ticked = turns;
    return stays;
}

static bool kicked(bool ticks, uintptr_t pc)
{
    struct sley_loop *loop = sl_current();
    struct sl_member *member = loop ? loop->member : NULL;
    bool stays, asked;

    if (!member || !loop->team)
        return ticks;
    /* One that is pending swallows the next: a tick may be a kick, too. */
    stays = ticks && tick(loop, member);
    asked = sl_load_relaxed(&member->kicked);
    if (!asked && !stays)
        return ticks;
    if (loop->in_user && !loop->within) {
        sl_stall_note(loop, pc);
        if (loop->ring->class->turn_amid && (asked || wants_pass(loop)))
            pass_amid(loop);
    }
    if (asked)
        sl_store_release(&member->kicked, 0); /* what the pass did: pairs with the load in kick */
    return true;
}

/* ---- the idle worker's ---- */

/* It computes, in the same turn as before. */
static bool runs_on(struct sl_member *member, uint32_t turns)
{
    int64_t before = sl_kick_clock_read(member->clock);

    for (int i = 0; i < 16; i++)
        sl_cpu_relax();
    return sl_kick_clock_read(member->clock) > before && sl_load_relaxed(&member->turns) == turns;
}

static void kick(struct sl_team *team, struct sl_member *member)
{
    unsigned none = 0;

    /* Counted, then enlisted: either it has not left the run, or it waits for us. Pairs with the
     * fence in discharge. */
    sl_add_acq_rel(&member->kickers, 1);
    sl_fence_after_rmw();
    /* Until the handler has run there is one signal on its way. Pairs with itself. */
    if (sl_load_relaxed(&member->enlisted) && sl_cas_acq_rel(&member->kicked, &none, 1))
        sl_kick_send(member->loop->owner, team->rescue_signal);
    sl_sub_acq_rel(&member->kickers, 1); /* it is sent: pairs with the load in discharge */
    /* Pairs with the handler's store. */
    for (int i = 0; i < PATIENCE && !team->crowded && sl_load_acquire(&member->kicked); i++)
        sl_cpu_relax();
}

static void look_again(struct sl_team *team, int64_t at)
{
    if (at < (int64_t)sl_load_relaxed(&team->stuck_until))
        sl_store_relaxed(&team->stuck_until, (uint64_t)at);
}

/* Has it had half of the time since it was last found in the same turn, and runs now? */
static bool computes(struct sl_team *team, struct sl_member *member, uint32_t turns, int64_t now)
{
    /* The others are of that turn, or a later one: pairs with their store. */
    bool before = sl_load_acquire(&member->stuck_turns) == turns;
    int64_t cpu = sl_kick_clock_read(member->clock);
    int64_t passed = now - (int64_t)sl_load_relaxed(&member->stuck_at);
    int64_t used = cpu - (int64_t)sl_load_relaxed(&member->stuck_cpu);

    if (before && passed < SLACK_NS)
        return sl_load_relaxed(&member->alarms) && runs_on(member, turns);
    sl_store_relaxed(&member->blocked, before && passed > SL_RESCUE_NS / 2 && used < SLACK_NS);
    sl_store_relaxed(&member->stuck_at, (uint64_t)now);
    sl_store_relaxed(&member->stuck_cpu, (uint64_t)cpu);
    if (!before) {
        sl_store_relaxed(&member->stuck_since, (uint64_t)now);
        look_again(team, now + AGAIN_NS);
    }
    sl_store_release(&member->stuck_turns, turns); /* another one may look: pairs with the load */
    if (before && member->loop->runtime->options.rescue_blocked)
        return true;
    return before && 2 * used > passed && runs_on(member, turns);
}

static void fire_timers(struct sley_loop *loop, struct sley_loop *stuck)
{
    int64_t deadline;

    sl_timers_expire(stuck, loop);
    sl_spin_lock(&stuck->wheel_lock);
    deadline = sl_wheel_next(&stuck->wheel);
    sl_spin_unlock(&stuck->wheel_lock);
    look_again(loop->team, deadline);
}

/* Between runs there is none: the ring may be about to be made anew. */
static void silence(struct sl_member *member)
{
    struct sl_ring *ring;

    if (!sl_load_relaxed(&member->alarms))
        return;
    ring = member->loop->ring;
    ring->class->alarm(ring, false);
    sl_store_relaxed(&member->alarms, 0);
}

/* It has been in the same turn for long. If it computes, what comes into its ring from now on
 * rings. */
static void help(struct sley_loop *loop, struct sl_member *member, uint32_t turns)
{
    struct sley_loop *stuck = member->loop;
    struct sl_ring *ring = stuck->ring;
    bool busy = computes(loop->team, member, turns, loop->now);

    sl_stall_look(loop->team, member, turns, busy, loop->now);
    if (busy && ring->class->waits) {
        bool alarms = ring->class->alarm(ring, true);

        sl_store_relaxed(&member->alarms, alarms);
        if (!alarms || wants_pass(stuck) || sl_stall_wanted(member, turns))
            kick(loop->team, member);
    } else {
        silence(member);
    }
    /* Behind the completions, as at home: an answer that is there beats a timeout. */
    if (sl_load_relaxed(&stuck->timers))
        fire_timers(loop, stuck);
}

static bool is_late(struct sl_member *member, int64_t now)
{
    return !sl_load_relaxed(&member->loop->asleep) && in_pass(member, now) > LATE_NS &&
           sl_load_acquire(&member->enlisted); /* its clock is known: pairs with enlist */
}

static void look(struct sley_loop *loop, struct sl_member *member)
{
    uint32_t turns = sl_load_relaxed(&member->turns);
    bool still = turns == sl_load_relaxed(&member->seen_turns);
    bool late = is_late(member, loop->now);

    sl_store_relaxed(&member->still, still);
    sl_store_relaxed(&member->seen_turns, turns);
    sl_stall_tell(loop->team, member, loop->now);
    if (late) {
        help(loop, member, turns);
    } else {
        sl_store_relaxed(&member->blocked, 0);
        silence(member);
    }
}

/* Rung: somebody who is stuck has got something. */
static bool rung(struct sley_loop *loop)
{
    if (SL_LIKELY(!loop->ring->alarmed))
        return false;
    loop->ring->alarmed = false;
    loop->ring->class->alarm_heard(loop->team->alarm_fd);
    return true;
}

void sl_rescue_look(struct sley_loop *loop)
{
    struct sl_team *team = loop->team;
    uint64_t last = sl_load_relaxed(&team->looked_at);

    if (!rung(loop) && loop->now - (int64_t)last < SL_RESCUE_NS - SLACK_NS &&
        loop->now < (int64_t)sl_load_relaxed(&team->stuck_until))
        return;
    /* One worker looks at a time, or nearly so: what it notes is a hint. Pairs with itself. */
    if (!sl_cas_acq_rel(&team->looked_at, &last, (uint64_t)loop->now))
        return;
    sl_store_relaxed(&team->stuck_until, INT64_MAX);
    for (unsigned i = 0; i < team->n; i++)
        if (&team->members[i] != loop->member)
            look(loop, &team->members[i]);
}

void sl_rescue_report(struct sl_team *team)
{
    for (unsigned i = 0; i < team->n; i++) {
        struct sl_member *member = &team->members[i];
        uint32_t turns = sl_load_relaxed(&member->turns);
        int64_t now;
        bool busy;

        sl_stall_tell(team, member, sl_sys.clock_now());
        now = sl_sys.clock_now(); /* to print takes time */
        if (!is_late(member, now))
            continue;
        busy = computes(team, member, turns, now);
        sl_stall_look(team, member, turns, busy, now);
        if (busy && sl_stall_wanted(member, turns))
            kick(team, member);
    }
}

bool sl_rescue_called(const struct sley_loop *loop)
{
    return loop->now < (int64_t)sl_load_relaxed(&loop->team->called_at) + ALONE_NS;
}

bool sl_rescue_left(const struct sley_loop *loop)
{
    return loop->now < (int64_t)sl_load_relaxed(&loop->team->left_at) + ALONE_NS;
}

void sl_rescue_prolong(struct sley_loop *loop)
{
    if (sl_load_relaxed(&loop->team->watchers))
        sl_store_relaxed(&loop->team->called_at, (uint64_t)loop->now);
}

void sl_rescue_alone(struct sley_loop *loop, bool left)
{
    struct sl_team *team = loop->team;
    uint64_t now = (uint64_t)sl_loop_clock(loop);

    if (!left && sl_rescue_called(loop))
        return;
    sl_store_relaxed(&team->called_at, now);
    if (left)
        sl_store_relaxed(&team->left_at, now);
    sl_search_call_watcher(team);
}

int64_t sl_rescue_sleep(struct sley_loop *loop, bool soon)
{
    struct sl_team *team = loop->team;
    int64_t wait_ns = (int64_t)sl_load_relaxed(&team->stuck_until) - loop->now;
    int64_t rest_ns = (int64_t)sl_load_relaxed(&team->called_at) + ALONE_NS - loop->now;
    int64_t most_ns = soon || rest_ns < SL_RESCUE_NS ? SL_RESCUE_NS : rest_ns;
    bool alarms = false, blocked = false;

    for (unsigned i = 0; i < team->n; i++) {
        alarms |= sl_load_relaxed(&team->members[i].alarms) != 0;
        if (i != loop->index)
            blocked |= sl_load_relaxed(&team->members[i].blocked) != 0;
    }
    if (alarms)
        sl_ring_watch(loop->ring, team->alarm_fd);
    if (alarms || (blocked && soon)) /* it will be rung for, or has nothing to be rung for */
        most_ns = 2 * SL_RESCUE_NS;
    if (wait_ns > most_ns)
        return most_ns;
    return wait_ns > 0 ? wait_ns : 0;
}

/* ---- the run ---- */

int sl_rescue_begin(struct sl_team *team)
{
    int wanted = team->members[0].loop->runtime->options.rescue_signal, rc;

    team->rescue_signal = 0;
    sl_store_relaxed(&team->stuck_until, INT64_MAX);
    if (wanted == SLEY_NO_RESCUE || team->counts_still)
        return 0;
    wanted = wanted ? wanted : sl_kick_default();
    rc = sl_kick_begin(wanted, kicked);
    if (rc < 0)
        return rc;
    team->rescue_signal = wanted;
    sl_unwind_prepare(); /* for the handler: stall.c */
    return 0;
}

void sl_rescue_open(struct sl_team *team)
{
    const struct sl_ring_class *class = team->members[0].loop->ring->class;

    if (team->rescue_signal && class->alarm_new && team->alarm_fd < 0)
        team->alarm_fd = class->alarm_new(); /* without one, looks must do */
}

/* No signal is on its way: discharge. Loop 0 may be another thread's next, which makes its ring
 * anew while the others look. */
void sl_rescue_end(struct sl_team *team)
{
    if (!team->rescue_signal)
        return;
    for (unsigned i = 0; i < team->n; i++)
        silence(&team->members[i]);
    sl_kick_end(team->rescue_signal);
    team->rescue_signal = 0;
}

void sl_rescue_enlist(struct sley_loop *loop)
{
    struct sl_member *member = loop->member;

    if (!loop->team->rescue_signal)
        return;
    sl_kick_unblock(loop->team->rescue_signal);
    member->clock = sl_kick_clock();
    member->tid = gettid();
    loop->ring->alarm_fd = loop->team->alarm_fd;
    sl_member_begins_pass(loop);
    member->ticks = sl_kick_tick_begin(&member->tick, loop->team->rescue_signal, TICK_NS) == 0;
    sl_store_release(&member->enlisted, 1); /* pairs with the look */
}

/* The signals that have been sent come while the thread is still known as the worker's: else the
 * handler would take them for somebody else's, and each later one for one that is on its way. */
void sl_rescue_discharge(struct sley_loop *loop)
{
    struct sl_member *member = loop->member;
    unsigned turns = 0;

    if (!sl_load_relaxed(&member->enlisted))
        return;
    sl_store_relaxed(&member->enlisted, 0);
    if (member->ticks)
        sl_kick_tick_end(member->tick);
    member->ticks = false;
    sl_fence_seq_cst(); /* enlisted, then who kicks: pairs with the fence in kick */
    while (sl_load_acquire(&member->kickers)) /* pairs with the end of kick */
        sl_spin_wait(&turns);
    /* What a task has blocked comes in here. */
    sl_kick_unblock(loop->team->rescue_signal);
    sl_store_relaxed(&member->kicked, 0); /* also if the program has put another handler there */
}
