/* A runtime that nothing of its own can wake: the last of its workers goes to sleep, for no time
 * that is known, and no thread of an executor works for it. Either its tasks wait for each other
 * for ever, or somebody outside will come: who of the two is for the room above to tell, from all
 * tasks as they stand.
 *
 * What is certain is said at once, the rest as a hint after five idle seconds. Those are not the
 * timeout of a sleep, which would make each short sleep of a busy server a timed one: they are a
 * reminder in a ring, that is set again when it has come, at most. README.md, "Stuck". */
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/error.h>

#define LONG_NS INT64_C(5000000000)

/* What workers count each time they look for something to run: who was awake meanwhile has. */
static uint32_t all_turns(const struct sley_loop *loop)
{
    const struct sl_team *team = loop->team;
    uint32_t sum = 0;

    for (unsigned i = 0; i < team->n; i++)
        sum += sl_load_relaxed((sl_atomic_u32 *)(uintptr_t)&team->members[i].turns);
    return sum;
}

static bool all_asleep(const struct sley_loop *loop)
{
    struct sl_team *team = loop->team;

    return sl_load_acquire(&team->idle) % SL_TEAM_SEARCHES == team->n; /* pairs with rest */
}

static bool in_flight(const struct sley_loop *loop)
{
    const struct sl_team *team = loop->team;

    if (loop->ring && loop->ring->in_flight)
        return true;
    for (unsigned i = 0; team && i < team->n; i++)
        if (sl_load_relaxed(
                (sl_atomic_u64 *)(uintptr_t)&team->members[i].figures[SL_FIGURE_IN_FLIGHT]))
            return true;
    return false;
}

/* Of one loop: its timers have been looked at. */
static bool is_posted(const struct sley_loop *loop)
{
    return sl_load_relaxed(&loop->inbox) || sl_load_relaxed(&loop->signals) ||
           sl_load_relaxed(&loop->mine.incoming);
}

/* Can nothing that the workers know of wake one? */
static bool nothing_comes(struct sley_loop *loop)
{
    if (sl_load_acquire(&loop->runtime->executor_jobs) || /* pairs with the end of a job */
        sl_load_relaxed(&loop->runtime->readers))
        return false;
    return loop->team ? sl_still_deadline(loop->team) == INT64_MAX && !sl_still_queued(loop->team)
                      : !is_posted(loop);
}

bool sl_stuck_holds(struct sley_loop *loop)
{
    if (!loop->team)
        return nothing_comes(loop);
    /* What was seen of the tasks comes before: pairs with who has changed one since, and who did
     * was awake, or has put it into a queue. */
    sl_fence_seq_cst();
    return all_turns(loop) == loop->runtime->stuck.turns && nothing_comes(loop);
}

/* ---- when to look ---- */

/* After so long it is to be looked again: how long the sleep may be. */
static int64_t remind(struct sley_loop *loop, int64_t ns)
{
    if (!loop->ring || !loop->ring->reminds)
        return ns;
    sl_ring_remind(loop->ring, ns);
    sl_store_relaxed(&loop->runtime->stuck.reminds, 1);
    return INT64_MAX;
}

void sl_stuck_reminded(struct sley_loop *loop)
{
    loop->ring->reminded = false;
    sl_store_relaxed(&loop->runtime->stuck.reminds, 0);
}

void sl_stuck_begin(struct sl_runtime *runtime)
{
    struct sl_stuck *stuck = &runtime->stuck;
    enum sley_on_deadlock action = runtime->options.on_deadlock;

    sl_store_relaxed(&stuck->over, action == SLEY_DEADLOCK_IGNORE ||
                                       (stuck->said && action == SLEY_DEADLOCK_REPORT));
    sl_store_relaxed(&stuck->reminds, 0);
    stuck->ran = UINT64_MAX;
}

/* Who was woken by the reminder, and has run nothing since, leaves the time as it is. */
static void note_activity(struct sley_loop *loop, bool reminded)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    uint64_t ran = loop->team ? sl_team_figure(loop->team, SL_FIGURE_DISPATCHES) : loop->dispatches;

    if (stuck->ran == ran)
        return;
    stuck->ran = ran;
    stuck->done = false;
    if (!reminded)
        sl_store_relaxed(&stuck->since, (uint64_t)loop->now);
}

static int64_t leave(struct sley_loop *loop)
{
    if (loop->team)
        sl_team_fail(loop->team, -SLEY_EDEADLOCK);
    return 0;
}

static int64_t look(struct sley_loop *loop, bool flying)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    int64_t idle = loop->now - (int64_t)sl_load_relaxed(&stuck->since);
    bool is_long = loop->virtual_clock || idle >= LONG_NS;
    enum sl_stuck_verdict verdict = SL_STUCK_LATER;

    if (stuck->done || !sl_runtime_tasks(loop->runtime) ||
        (flying && loop->virtual_clock)) /* what is in flight knows the real clock only */
        return INT64_MAX;
    if (!nothing_comes(loop)) /* of many workers none hears of the end of a job but by its task */
        return loop->team && sl_load_relaxed(&loop->runtime->executor_jobs)
                   ? remind(loop, LONG_NS) : INT64_MAX;
    if (is_long || !flying)
        verdict = sl_worker_calls.stuck(loop, is_long);
    switch (verdict) {
    case SL_STUCK_LEAVE:
        return leave(loop);
    case SL_STUCK_LATER:
        return stuck->hinted ? INT64_MAX : remind(loop, LONG_NS - idle);
    case SL_STUCK_AGAIN: /* by whoever has moved; or by us, if it finds that we look */
        return INT64_MAX;
    default:
        stuck->done = is_long;
        sl_store_relaxed(&stuck->over, stuck->said);
        return INT64_MAX;
    }
}

/* One at a time looks: the one who came last may find that another does, who then sees what it has
 * run, and looks again. */
static int64_t look_among_many(struct sley_loop *loop, bool flying, bool reminded)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    int64_t wait_ns;
    uint32_t turns;

    do {
        /* Pairs with the one below: who finds it taken has run what it has, and sleeps. */
        if (sl_exchange_acq_rel(&stuck->looks, 1))
            return INT64_MAX;
        stuck->turns = all_turns(loop);
        note_activity(loop, reminded);
        wait_ns = look(loop, flying);
        turns = stuck->turns;
        sl_exchange_acq_rel(&stuck->looks, 0); /* pairs with that above */
    } while (wait_ns && all_turns(loop) != turns && all_asleep(loop));
    return wait_ns;
}

int64_t sl_stuck_rest(struct sley_loop *loop, bool reminded)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    bool flying;

    if (sl_load_relaxed(&stuck->over))
        return INT64_MAX;
    flying = in_flight(loop);
    if (!loop->team) {
        note_activity(loop, false);
        return look(loop, flying);
    }
    /* The usual case of a server, or of who is woken by threads again and again. */
    if (sl_load_relaxed(&stuck->reminds) &&
        (flying || sl_worker_calls.doubtful(sl_load_relaxed(&stuck->doubt)))) {
        sl_store_relaxed(&stuck->since, (uint64_t)loop->now);
        return INT64_MAX;
    }
    return look_among_many(loop, flying, reminded);
}
