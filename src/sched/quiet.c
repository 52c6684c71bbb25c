/* Is it worth while to wake somebody for a single entry? A worker that makes one fiber ready and is
 * about to run it itself would wake a sleeper for nothing, and again a few microseconds later.
 * After searches that found nothing most single offers are therefore left to the one who looks
 * round every millisecond, if there is one. */
#include "sched/quiet.h"

#include "sched/rescue.h"
#include "sched/steal.h"

#define FRUITLESS_MOST 14
#define LINGER_NS (2 * SL_RESCUE_NS)

/* Somebody was woken in vain, or would have been. */
static void note_vain(struct sley_loop *loop)
{
    if (loop->now - (int64_t)sl_load_relaxed(&loop->team->vain) > LINGER_NS / 4)
        sl_store_relaxed(&loop->team->vain, (uint64_t)loop->now);
}

static bool vain_of_late(const struct sley_loop *loop)
{
    return loop->now - (int64_t)sl_load_relaxed(&loop->team->vain) < LINGER_NS;
}

/* Will somebody look round? Where workers share processors, whoever is woken takes the waker's:
 * there it is enough that one has been rung for and will come when there is room. */
static bool watched(const struct sley_loop *loop)
{
    struct sl_team *team = loop->team;

    return sl_load_relaxed(&team->watchers) || (team->crowded && sl_rescue_called(loop));
}

bool sl_quiet_single(struct sley_loop *loop)
{
    struct sl_member *member = loop->member;
    uint32_t quiet = sl_load_relaxed(&member->quiet);

    if (!watched(loop))
        return false;
    if (quiet) {
        sl_store_relaxed(&member->quiet, quiet - 1);
        note_vain(loop);
        return true;
    }
    sl_store_relaxed(&member->quiet, (1u << sl_load_relaxed(&loop->team->fruitless)) - 1);
    return false;
}

uint32_t sl_quiet_looks(const struct sley_loop *loop)
{
    uint32_t level = sl_load_relaxed(&loop->team->fruitless);

    return level < SL_STEAL_LOOKS ? SL_STEAL_LOOKS - level : 1;
}

void sl_quiet_fruitless(struct sley_loop *loop)
{
    uint32_t level = sl_load_relaxed(&loop->team->fruitless);

    if (loop->watched) /* a look round is no answer to an offer */
        return;
    if (level < FRUITLESS_MOST)
        sl_store_relaxed(&loop->team->fruitless, level + 1);
    loop->lingers = vain_of_late(loop);
    note_vain(loop);
}

void sl_quiet_given(struct sl_team *team)
{
    if (sl_load_relaxed(&team->fruitless))
        sl_store_relaxed(&team->fruitless, 0);
}

/* It is if a third of those who search for single entries find any. */
void sl_quiet_found(struct sley_loop *loop, struct sl_member *victim, bool single)
{
    uint32_t level = sl_load_relaxed(&loop->team->fruitless);

    if (level)
        sl_store_relaxed(&loop->team->fruitless, single && level > 2 ? level - 2 : 0);
    sl_store_relaxed(&victim->quiet, single ? sl_load_relaxed(&victim->quiet) / 4 : 0);
}

bool sl_quiet_lingers(struct sley_loop *loop)
{
    return loop->lingers = loop->lingers && vain_of_late(loop);
}
