/* Fibers that roam: for tests (SLEY_MIGRATE). What goes wrong only if a fiber wakes on another
 * thread, or in a rare order, does so always.
 *
 * 1: what becomes ready is given to another worker's own queue, which nobody else takes from; it
 * thus never goes on where it was suspended. 2: it goes to any of the places there are, by seed.
 * A fiber's home (which means nothing else while it is not pinned) is where it runs.
 *
 * Each fiber of such a runtime has a mark that is looked at together with SL_FIBER_PINNED, so that
 * others pay nothing. */
#include "sched/share.h"

void sl_roam(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_loop *home = fiber->stack->home;
    struct sl_team *team = home->team;
    struct sl_rng rng = {home->runtime->options.seed + sl_add_relaxed(&team->roamed, 1)};
    uint32_t other = (home->index + 1 + sl_rng_below(&rng, team->n - 1)) % team->n;
    uint32_t place = team->roams == SL_ROAMS_AWAY ? 0 : sl_rng_below(&rng, 4);

    if (place == 0) {
        sl_share_give_to(team->members[other].loop, &fiber->entry);
    } else if (place == 1 || !loop || loop->team != team) {
        sl_share_give(team, &fiber->entry);
    } else if (place == 2) {
        sl_share_push(loop, &fiber->entry);
    } else {
        sl_share_push_next(loop, &fiber->entry);
    }
}

void sl_roam_yield(struct sley_loop *loop, struct sl_fiber *fiber)
{
    if (sl_fiber_flags(fiber) & SL_FIBER_PINNED)
        sl_ready_push(loop, &fiber->entry);
    else
        sl_roam(loop, fiber);
}

void sl_roam_settle(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_fiber *fiber = sl_fiber_of(entry);

    if (!entry->run &&
        (sl_fiber_flags(fiber) & (SL_FIBER_PINNED | SL_FIBER_ROAMS)) == SL_FIBER_ROAMS)
        fiber->stack->home = loop;
}
