/* One look at a worker that stands still finds what stands before its deque, also if in the deque
 * there is only the place of a task that has begun. */
#include "check.h"

#include "sched/share.h"
#include "sched/steal.h"
#include "sched/team.h"

static struct sl_fiber begun;

TEST_PLAIN(one_look_asks_both_places)
{
    struct sl_team *team = sl_team_new(2, false);
    static struct sley_loop thief = {.watched = true};
    struct sl_deque *deque;
    struct sl_seen seen[2];
    struct sl_entry next, *stale = (struct sl_entry *)((uintptr_t)&begun.entry | 1);
    bool single;

    assert_non_null(team);
    thief.team = team;
    thief.member = &team->members[0];
    deque = &team->members[1].deque;
    sl_store_relaxed(&team->members[1].still, 1);
    assert_true(sl_share_stale(stale));
    assert_true(sl_deque_push(deque, stale));
    assert_null(sl_deque_swap_next(deque, &next));
    sl_steal_begin(&thief, seen);
    assert_ptr_equal(sl_steal(&thief, seen, &single), &next);
    sl_team_free(team);
}
