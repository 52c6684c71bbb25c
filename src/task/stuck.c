/* What is said of a runtime that nothing of its own can wake (sched/stuck.c): that no task can ever
 * run again, if each waits for another one; a hint, if only other threads could help, or what is
 * written to descriptors whose other ends are here. Who waits for the world is not stuck.
 *
 * Rejected: a hint for every task that waits at a descriptor for long. Each client that is patient
 * would be told, and who reads one is soon used to it. */
#include "os/ends.h"
#include "task/report.h"
#include "task/waits.h"

#include <unistd.h>

enum chance { NONE, THREADS, ENDS, WORLD, MOVES };

/* ---- calls ---- */

bool sl_waits_call_comes(const struct sley_future *future)
{
    struct sl_needs needs = {.room = 0};

    sl_needs_future(&needs, future);
    if (needs.others)
        sl_add_relaxed(&future->loop->runtime->callbacks, 1);
    return needs.others;
}

void sl_waits_call_over(const struct sley_future *future, bool counts)
{
    if (counts) /* whom it has woken comes before: pairs with calls_come */
        sl_sub_acq_rel(&future->loop->runtime->callbacks, 1);
}

static bool calls_come(const struct sley_loop *loop)
{
    /* Pairs with the end of one: who has made it has counted a turn. */
    return sl_load_acquire(&loop->runtime->callbacks);
}

/* ---- the look ---- */

/* What could wake one of them? */
static enum chance chance_of(const struct sley_loop *loop, const struct sl_waits *waits)
{
    enum chance chance = calls_come(loop) ? THREADS : NONE, one;

    for (size_t i = 0; i < waits->n && chance < WORLD; i++) {
        const struct sl_stand *stand = &waits->stands[i];

        if (!stand->class)
            one = MOVES;
        else if (stand->class->descriptor)
            one = stand->fd >= 0 && sl_ends_inside(stand->fd) ? ENDS : WORLD;
        else
            one = stand->others ? THREADS : NONE;
        if (one > chance)
            chance = one;
    }
    return chance;
}

static const char *who(const struct sley_loop *loop)
{
    return loop->team ? "these workers" : "this loop";
}

static void tell(struct sley_loop *loop, struct sl_waits *waits, enum chance chance)
{
    if (chance == NONE)
        sl_say(STDERR_FILENO, "sley: deadlock: no task of %s can ever run again\n", who(loop));
    else
        sl_say(STDERR_FILENO,
               "sley: nothing but another thread%s can wake %s, and none has for 5 s: a "
               "deadlock?\n",
               chance == ENDS ? ", or the other end of a descriptor," : "", who(loop));
    sl_report_tasks(STDERR_FILENO, loop, waits);
    sl_report_rings(STDERR_FILENO, loop, waits, true);
}

static enum sl_stuck_verdict judge(struct sley_loop *loop, struct sl_waits *waits, bool is_long)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    enum chance chance = chance_of(loop, waits);
    bool *said = chance == NONE ? &stuck->said : &stuck->hinted;

    if (!sl_stuck_holds(loop))
        return SL_STUCK_AGAIN;
    if (chance >= WORLD)
        return SL_STUCK_NOT;
    if (chance != NONE && !is_long)
        return SL_STUCK_LATER;
    if (!*said)
        tell(loop, waits, chance);
    *said = true;
    if (chance == NONE && loop->runtime->options.on_deadlock == SLEY_DEADLOCK_RETURN)
        return SL_STUCK_LEAVE;
    return SL_STUCK_SAID;
}

enum sl_stuck_verdict sl_stuck_look(struct sley_loop *loop, bool is_long)
{
    struct sl_stuck *stuck = &loop->runtime->stuck;
    enum sl_stuck_verdict verdict;
    struct sley_task *doubt;
    struct sl_waits waits;

    if (!is_long && calls_come(loop))
        return SL_STUCK_LATER;
    doubt = sl_waits_doubt(loop);
    sl_store_relaxed(&stuck->doubt, doubt);
    if (doubt && !is_long)
        return SL_STUCK_LATER;
    if ((doubt && stuck->hinted) || !sl_waits_take(&waits, loop))
        return SL_STUCK_NOT;
    verdict = judge(loop, &waits, is_long);
    sl_waits_drop(&waits, loop);
    return verdict;
}
