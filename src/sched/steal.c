#include "sched/steal.h"

#include "sched/quiet.h"
#include "sched/share.h"

void sl_steal_begin(const struct sley_loop *loop, struct sl_seen *seen)
{
    for (uint32_t i = 0; i < loop->team->n; i++) {
        struct sl_member *member = &loop->team->members[i];
        bool still = loop->watched && sl_load_relaxed(&member->still);

        seen[i].turns = sl_load_relaxed(&member->turns);
        seen[i].looks = still ? SL_STEAL_LOOKS : 0;
    }
}

/* A single entry is about to be run by its own worker, unless that one stands still. */
static bool stands_still(struct sl_member *victim, struct sl_seen *seen)
{
    uint32_t turns = sl_load_relaxed(&victim->turns);

    seen->looks = seen->turns == turns ? seen->looks + 1 : 1;
    seen->turns = turns;
    return seen->looks >= SL_STEAL_LOOKS;
}

/* Of what was stolen the first that nobody has begun. The rest is in the thief's deque, which is to
 * be empty when it steals again. */
static struct sl_entry *first_to_begin(struct sley_loop *loop, struct sl_entry *place)
{
    struct sl_entry *entry = NULL;

    while (place && !(entry = sl_share_accept(place)))
        place = sl_deque_pop(&loop->member->deque);
    return entry;
}

bool sl_steal_has_next(const struct sl_deque *deque)
{
    /* Pairs with the swap that put it there: the record was made before. */
    struct sl_entry *place = sl_load_acquire(&deque->next);

    return place && !sl_share_stale(place);
}

static struct sl_entry *steal_from(struct sley_loop *loop, struct sl_member *victim,
                                   struct sl_seen *seen, bool *single)
{
    struct sl_deque *deque = &victim->deque;
    uint32_t length = sl_deque_length(deque);
    struct sl_entry *entry = NULL;
    bool still = stands_still(victim, seen);

    if (length >= 2 || (length == 1 && still))
        entry = first_to_begin(loop, sl_deque_steal(deque, &loop->member->deque));
    if (!entry && still && sl_steal_has_next(deque))
        entry = first_to_begin(loop, sl_deque_swap_next(deque, NULL));
    if (entry)
        sl_quiet_found(loop, victim, length < 2);
    else
        *single |= length == 1 || sl_steal_has_next(deque);
    return entry;
}

struct sl_entry *sl_steal(struct sley_loop *loop, struct sl_seen *seen, bool *single)
{
    struct sl_team *team = loop->team;
    uint32_t begin = (uint32_t)sl_rng_next(&loop->rng), n = team->n;

    *single = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (begin + i) % n;
        struct sl_entry *entry;

        if (&team->members[at] != loop->member &&
            (entry = steal_from(loop, &team->members[at], &seen[at], single)))
            return entry;
    }
    return NULL;
}
