#include "sched/rescue.h"

#include "os/kick.h"
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/options.h>

/* A worker that has dispatched nothing between two looks computes, if it had a quarter of the time
 * in between (others may want its processor, too), and still has it. Who sits in a system call must
 * not be interrupted: it would see EINTR. */
#define SHARE_OF_TIME 4
#define BETWEEN_LOOKS_NS 50000
#define PATIENCE 1000 /* a processor's pauses: about 40 us */

/* ---- the owner's side: in the signal handler ---- */

/* Where it was interrupted it is not inside of any call of ours: nothing that a pass touches is
 * half done. */
static void pass_amid(struct sley_loop *loop)
{
    struct sl_fiber *current = loop->current;

    loop->in_user = 0;
    sl_signal_fence();
    loop->current = NULL; /* not the fiber that runs makes others ready, but a completion */
    sl_inbox_take_amid(loop);
    loop->ring->class->turn_amid(loop->ring);
    loop->current = current;
    if (sl_deque_length(&loop->member->deque) || sl_load_relaxed(&loop->member->deque.next))
        sl_search_wake(loop->team);
    sl_signal_fence();
    loop->in_user = 1;
}

static bool kicked(void)
{
    struct sley_loop *loop = sl_current();
    struct sl_member *member = loop ? loop->member : NULL;

    if (!member || !sl_load_relaxed(&member->kicked))
        return false;
    if (loop->team && loop->in_user && !loop->within)
        pass_amid(loop);
    sl_store_release(&member->kicked, 0); /* what the pass did: pairs with the load in kick */
    return true;
}

/* ---- the idle worker's ---- */

static bool runs_now(struct sl_member *member)
{
    int64_t before = sl_kick_clock_read(member->clock);

    for (int i = 0; i < 16; i++)
        sl_cpu_relax();
    return sl_kick_clock_read(member->clock) > before;
}

static void kick(struct sl_team *team, struct sl_member *member)
{
    unsigned none = 0;

    /* Until the handler has run there is one signal on its way. Pairs with itself. */
    if (!runs_now(member) || !sl_cas_acq_rel(&member->kicked, &none, 1))
        return;
    sl_kick_send(member->loop->owner, team->rescue_signal);
    sl_store_relaxed(&member->figures[SL_FIGURE_RESCUES],
                     sl_load_relaxed(&member->figures[SL_FIGURE_RESCUES]) + 1);
    /* Pairs with the handler's store. */
    for (int i = 0; i < PATIENCE && !team->crowded && sl_load_acquire(&member->kicked); i++)
        sl_cpu_relax();
}

/* It has dispatched nothing since the last look. */
static void look_at(struct sley_loop *loop, struct sl_member *member, int64_t passed, int64_t used)
{
    struct sley_loop *stuck = member->loop;
    bool waits = stuck->ring->class->waits && (stuck->ring->class->waits(stuck->ring) ||
                                               sl_load_relaxed(&stuck->inbox));

    if (waits && used >= passed / SHARE_OF_TIME)
        kick(loop->team, member);
    /* Behind the completions, as at home: an answer that is there beats a timeout. */
    if (sl_load_relaxed(&stuck->timers))
        sl_timers_expire(stuck, loop);
}

static void look(struct sley_loop *loop, struct sl_member *member)
{
    struct sl_team *team = loop->team;
    uint32_t turns = sl_load_relaxed(&member->turns);
    bool asleep = sl_load_relaxed(&member->loop->asleep);
    bool still = turns == sl_load_relaxed(&member->seen_turns);
    int64_t passed = loop->now - (int64_t)sl_load_relaxed(&member->seen_at), cpu = 0, used;

    if (!asleep || !still)
        sl_store_relaxed(&team->active_at, (uint64_t)loop->now);
    if (still && passed < BETWEEN_LOOKS_NS)
        return;
    /* Its clock and its thread are known: pairs with enlist. */
    if (!asleep && sl_load_acquire(&member->enlisted))
        cpu = sl_kick_clock_read(member->clock);
    used = cpu - (int64_t)sl_load_relaxed(&member->seen_cpu);
    sl_store_relaxed(&member->still, still);
    sl_store_relaxed(&member->seen_turns, turns);
    sl_store_relaxed(&member->seen_at, (uint64_t)loop->now);
    sl_store_relaxed(&member->seen_cpu, (uint64_t)cpu);
    if (still && cpu)
        look_at(loop, member, passed, used);
}

void sl_rescue_look(struct sley_loop *loop)
{
    struct sl_team *team = loop->team;
    uint64_t last = sl_load_relaxed(&team->looked_at);

    if (loop->now - (int64_t)last < SL_RESCUE_NS - BETWEEN_LOOKS_NS)
        return;
    /* One worker looks at a time, or nearly so: what it notes is a hint. Pairs with itself. */
    if (!sl_cas_acq_rel(&team->looked_at, &last, (uint64_t)loop->now))
        return;
    for (unsigned i = 0; i < team->n; i++)
        if (&team->members[i] != loop->member)
            look(loop, &team->members[i]);
}

/* ---- the run ---- */

int sl_rescue_begin(struct sl_team *team)
{
    int wanted = team->members[0].loop->runtime->options.rescue_signal, rc;

    team->rescue_signal = 0;
    if (wanted == SLEY_NO_RESCUE || team->counts_still)
        return 0;
    wanted = wanted ? wanted : sl_kick_default();
    rc = sl_kick_begin(wanted, kicked);
    if (rc == 0)
        team->rescue_signal = wanted;
    return rc;
}

/* A kick that is still on its way must find the handler. One that a mask keeps away for ever is not
 * waited for; its thread's mask is then what it was. */
void sl_rescue_end(struct sl_team *team)
{
    unsigned turns = 0;

    if (!team->rescue_signal)
        return;
    for (unsigned i = 0; i < team->n; i++)
        /* Pairs with the handler's store. */
        while (sl_load_acquire(&team->members[i].kicked) && turns < 1000000)
            sl_spin_wait(&turns);
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
    sl_store_release(&member->enlisted, 1); /* pairs with the look */
}

void sl_rescue_discharge(struct sley_loop *loop)
{
    sl_store_relaxed(&loop->member->enlisted, 0);
}
