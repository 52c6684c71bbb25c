/* What a worker does that has nothing to do: it searches, it sleeps, and it is woken.
 *
 * Work is offered by a store (into a deque, a queue), a fence, and a look at who sleeps. Who
 * goes to sleep says so, has a fence, and looks at all queues: one of the two sees the other
 * (README.md, "Search and sleep"). One worker is woken at a time; a searcher that finds
 * something wakes the next one. */
#include "sched/quiet.h"
#include "sched/rescue.h"
#include "sched/share.h"
#include "sched/steal.h"
#include "sched/wait.h"

static uint32_t sleepers(uint32_t idle)
{
    return idle % SL_TEAM_SEARCHES;
}
static uint32_t searchers(uint32_t idle)
{
    return idle / SL_TEAM_SEARCHES;
}

/* ---- waking ---- */

/* Is anything there for others to run? Single entries only if nobody watches over them. */
static bool offered(struct sl_team *team, bool singles)
{
    if (sl_inject_any(&team->inject))
        return true;
    for (uint32_t i = 0; i < team->n && team->steals; i++) {
        struct sl_deque *deque = &team->members[i].deque;
        uint32_t length = sl_deque_length(deque);

        if (length >= 2 || (singles && (length || sl_steal_has_next(deque))))
            return true;
    }
    return false;
}

/* Takes a sleeper off the list and rings for it. False: there is none. */
static bool wake_one(struct sl_team *team)
{
    for (uint32_t i = 0; i * 64 < team->n; i++) {
        uint64_t bits;

        while ((bits = sl_load_relaxed(&team->asleep[i]))) {
            uint64_t bit = bits & -bits;

            /* Pairs with the sleeper's own: one of the two clears it. */
            if (!(sl_and_acq_rel(&team->asleep[i], ~bit) & bit))
                continue;
            sl_ring_ring(team->members[i * 64 + (uint32_t)__builtin_ctzll(bit)].loop->ring);
            return true;
        }
    }
    return false;
}

static bool anybody_asleep(struct sl_team *team)
{
    for (uint32_t i = 0; i * 64 < team->n; i++)
        if (sl_load_relaxed(&team->asleep[i]))
            return true;
    return false;
}

static void wake_searcher(struct sl_team *team)
{
    bool again;

    do {
        uint32_t idle = sl_load_relaxed(&team->idle);

        do
            if (searchers(idle) || !sleepers(idle))
                return;
        /* Pairs with the other changes of the word: one searcher is woken at a time. */
        while (!sl_cas_weak_acq_rel(&team->idle, &idle, idle + SL_TEAM_SEARCHES));
        if (wake_one(team))
            return;
        /* All were about to wake by themselves, and look. But what was offered since, by who saw
         * that somebody searches, is ours, if anybody has looked already and sleeps again. */
        sl_sub_acq_rel(&team->idle, SL_TEAM_SEARCHES); /* pairs with the swap above */
        sl_fence_after_rmw();                          /* pairs with that of who offers */
        again = anybody_asleep(team) && offered(team, true);
    } while (SL_UNLIKELY(again));
}

void sl_search_wake(struct sl_team *team)
{
    sl_fence_seq_cst(); /* what was offered, then who sleeps: pairs with the fence in rest */
    if (sl_load_relaxed(&team->idle))
        wake_searcher(team);
}

void sl_search_offered(struct sley_loop *loop)
{
    struct sl_team *team = loop->team;
    struct sl_deque *deque = &loop->member->deque;
    uint32_t ready = sl_deque_length(deque) + (sl_load_relaxed(&deque->next) != NULL);

    if (team->steals && (ready >= 2 || !sl_quiet_single(loop)))
        wake_searcher(team);
}

/* ---- searching ---- */

/* Is there anything for this worker alone? Not asked is the ring, which does not wait for what
 * is there; what it takes for a sign of more may be a lie: the kernel can set TASKRUN when the
 * work that it is about is done, and clears it with the next. */
static bool called(struct sley_loop *loop)
{
    return sl_load_relaxed(&loop->inbox) || sl_load_relaxed(&loop->signals) ||
           sl_inject_any(&loop->member->mine) || sl_load_relaxed(&loop->team->stopping);
}

/* Where workers share processors, who searches keeps another one from its work: a look will do, if
 * a watcher comes by later. */
static bool looks_once(const struct sl_team *team)
{
    return team->crowded && !team->counts_still;
}

/* One look will do for a watcher, whose last one was long ago. */
static uint32_t least_looks(const struct sley_loop *loop)
{
    return loop->watched || looks_once(loop->team) ? 1 : sl_quiet_looks(loop);
}

static struct sl_entry *search(struct sley_loop *loop)
{
    struct sl_seen seen[SL_TEAM_MOST];
    uint32_t least = least_looks(loop), most = looks_once(loop->team) ? 1 : SL_STEAL_LOOKS;
    struct sl_entry *entry;
    bool single = false;

    sl_steal_begin(loop, seen);
    for (uint32_t looks = 1;; looks++) {
        if ((entry = sl_share_from_inject(loop))) {
            sl_quiet_given(loop->team);
            return entry;
        }
        if (loop->team->steals && (entry = sl_steal(loop, seen, &single)))
            return entry;
        if (called(loop) || loop->ring->class->pending(loop->ring))
            return NULL;
        if (looks >= (single ? most : least)) {
            sl_quiet_fruitless(loop);
            return NULL;
        }
        for (int turn = 0; turn < SL_LOOK_TURNS; turn++)
            sl_cpu_relax();
    }
}

static bool begin_search(struct sl_team *team)
{
    uint32_t idle = sl_load_relaxed(&team->idle), most = team->n / 2;

    do
        if (searchers(idle) >= (most ? most : 1))
            return false;
    /* Pairs with the other changes of the word. */
    while (!sl_cas_weak_acq_rel(&team->idle, &idle, idle + SL_TEAM_SEARCHES));
    return true;
}

/* Who offered something while one searched, or watched, has woken nobody: that one owes it to them
 * to look at everything before it sleeps, or to wake another one when it goes to work, if anything
 * is there. What is offered later is offered by who sees that nobody searches or watches. */
static void pass_on(struct sl_team *team)
{
    /* Who searches or watches, then what is offered: pairs with the offer's. */
    sl_fence_seq_cst();
    if (offered(team, true))
        wake_searcher(team);
}

static void end_search(struct sley_loop *loop, bool found)
{
    struct sl_team *team = loop->team;
    /* Pairs with the other changes of the word. */
    uint32_t before = sl_sub_acq_rel(&team->idle, SL_TEAM_SEARCHES);

    loop->searches = false;
    loop->owes = !found || loop->watches || loop->alone;
    if (found && searchers(before) == 1)
        pass_on(team);
}

/* ---- watching ---- */

/* Who watches sleeps for a while at most, and has the watch until it goes to work, also while it
 * looks round. One does if others are awake, or have been a moment ago: whoever wakes meanwhile
 * need not call anybody. Who goes to work and was the last to watch calls another one, who sleeps
 * without end; for a while two watch then, so that this is not done each time. */
static bool is_to_watch(struct sley_loop *loop, bool others)
{
    struct sl_team *team = loop->team;
    bool lingers = sl_quiet_lingers(loop) || sl_rescue_called(loop);
    uint32_t watchers;

    sl_fence_after_rmw(); /* pairs with that in is_unwatched */
    watchers = sl_load_relaxed(&team->watchers);
    if (team->counts_still)
        return false;
    if (watchers || sl_load_relaxed(&team->called)) /* one does, or comes */
        return watchers < 2 && sl_rescue_left(loop);
    return others || lingers;
}

static void watch(struct sley_loop *loop)
{
    if (!loop->watches)
        sl_add_relaxed(&loop->team->watchers, 1);
    loop->watches = true;
}

static void leave_watch(struct sley_loop *loop)
{
    if (loop->watches)
        sl_sub_acq_rel(&loop->team->watchers, 1); /* pairs with itself */
    loop->watches = false;
}

/* Somebody sleeps, and who goes to work now would not be looked at: who went to sleep has seen a
 * watcher, or we see who sleeps. */
static bool is_unwatched(struct sl_team *team)
{
    sl_fence_after_rmw(); /* pairs with that in is_to_watch */
    return team->rescue_signal && !sl_load_relaxed(&team->watchers) &&
           sleepers(sl_load_relaxed(&team->idle));
}

/* Somebody is awake, and was when it last looked: it may be one who does not sleep any more. */
static bool is_to_look_soon(struct sley_loop *loop, bool others)
{
    bool before = loop->others;

    loop->others = others;
    return others && before;
}

/* Another one wakes, sees that somebody is at work, and watches: the last of them, who is the last
 * to be woken for work. Should it wake by itself, it has seen that it is called, or we see that it
 * sleeps no more. Also from a signal handler. */
void sl_search_call_watcher(struct sl_team *team)
{
    sl_store_relaxed(&team->called, 1);
    sl_fence_seq_cst(); /* pairs with that in rest */
    for (uint32_t i = SL_TEAM_MOST / 64; i-- > 0;) {
        uint64_t bits = sl_load_acquire(&team->asleep[i]); /* its ring is made: pairs with rest */

        if (bits) {
            sl_ring_ring(team->members[i * 64 + 63 - (uint32_t)__builtin_clzll(bits)].loop->ring);
            return;
        }
    }
}

/* ---- sleeping ---- */

/* What a sleeper must not miss. */
static bool anything(struct sley_loop *loop)
{
    return called(loop) || offered(loop->team, !sl_load_relaxed(&loop->team->watchers));
}

static int64_t until(struct sley_loop *loop, bool soon)
{
    int64_t deadline, now, most_ns, wait_ns = INT64_MAX;

    sl_spin_lock(&loop->wheel_lock);
    deadline = sl_wheel_next(&loop->wheel);
    sl_spin_unlock(&loop->wheel_lock);
    now = sl_loop_clock(loop);
    if (deadline != INT64_MAX && !loop->virtual_clock)
        wait_ns = deadline > now ? deadline - now : 0;
    if (loop->watches || sl_load_relaxed(&loop->team->called)) { /* who may not come at once */
        most_ns = sl_rescue_sleep(loop, soon);
        wait_ns = wait_ns < most_ns ? wait_ns : most_ns;
    }
    return wait_ns;
}

/* What comes next is a new pass: nobody is to take it for stuck. */
static void sleep_for(struct sley_loop *loop, int64_t wait_ns)
{
    loop->ring->class->turn(loop->ring, wait_ns);
    sl_member_begins_pass(loop);
}

/* Sleeps, unless something is there. True: it was woken to search. */
static bool rest(struct sley_loop *loop)
{
    struct sl_team *team = loop->team;
    sl_atomic_u64 *word = &team->asleep[loop->index / 64];
    uint64_t bit = (uint64_t)1 << (loop->index % 64);
    uint32_t others;
    bool woken, reminded = loop->ring->reminded;
    int64_t wait_ns;

    if (SL_UNLIKELY(reminded)) {
        reminded = loop->rested == loop->dispatches;
        sl_stuck_reminded(loop); /* before others see that we sleep: they may remind */
    }
    leave_watch(loop); /* before others can see that all sleep */
    if (loop->rested != loop->dispatches)
        sl_rescue_prolong(loop);
    loop->rested = loop->dispatches;
    sl_store_release(&loop->asleep, 1); /* there is a ring: pairs with sl_loop_ring */
    sl_or_acq_rel(word, bit); /* pairs with wake_one, and who calls a watcher */
    others = team->n - 1 - sleepers(sl_add_acq_rel(&team->idle, 1));
    if (is_to_watch(loop, others))
        watch(loop);
    sl_fence_seq_cst(); /* who sleeps, then what is offered: pairs with that of who offers */
    if (!anything(loop)) {
        wait_ns = until(loop, is_to_look_soon(loop, others));
        if (SL_UNLIKELY(team->counts_still))
            sl_still_rest(loop, wait_ns);
        else if (!others && wait_ns == INT64_MAX)
            wait_ns = sl_stuck_rest(loop, reminded);
        if (wait_ns && SL_LIKELY(!team->counts_still))
            sleep_for(loop, wait_ns);
        loop->owes = false;
    }
    sl_store_relaxed(&loop->asleep, 0);
    woken = !(sl_and_acq_rel(word, ~bit) & bit); /* pairs with wake_one */
    sl_fence_after_rmw(); /* who is asleep, then who is called: pairs with who calls */
    if (SL_UNLIKELY(sl_load_relaxed(&team->called))) {
        sl_store_relaxed(&team->called, 0);
        watch(loop);
        loop->others = true; /* by somebody who is awake */
    }
    loop->others |= woken;
    loop->watched = !woken && loop->watches;
    sl_sub_acq_rel(&team->idle, 1); /* pairs with who goes to sleep */
    loop->alone = !loop->watches && is_unwatched(team);
    loop->owes |= loop->watches || woken || loop->alone;
    return woken;
}

/* It owes the others a look (it has searched, or watched), and looks. */
static void settle(struct sley_loop *loop)
{
    bool watched = loop->watches;

    leave_watch(loop);
    if (watched ? is_unwatched(loop->team) : loop->alone)
        sl_rescue_alone(loop, watched);
    loop->watched = loop->owes = loop->alone = false;
    loop->others = true; /* when it goes to sleep: it has not looked for long */
    if (loop->searches)
        end_search(loop, true);
    else
        pass_on(loop->team);
}

void sl_search_leave(struct sley_loop *loop)
{
    if (loop->searches)
        end_search(loop, false);
    leave_watch(loop);
}

/* The wake has a fence of its own: what was owed may be older than what is offered. Also from a
 * signal handler. */
void sl_search_offer_rest(struct sley_loop *loop)
{
    struct sl_deque *deque = &loop->member->deque;

    if (loop->team->steals && (sl_deque_length(deque) || sl_steal_has_next(deque)))
        sl_search_wake(loop->team);
}

/* What completions and timers have made ready is not offered before the first of it is taken: it is
 * one, mostly, and a worker that is woken for it comes to nothing. */
void sl_search_busy(struct sley_loop *loop)
{
    loop->gathers = false;
    sl_search_offer_rest(loop);
    if (loop->owes)
        settle(loop);
}

void sl_search_or_sleep(struct sley_loop *loop)
{
    if (!loop->searches)
        loop->searches = begin_search(loop->team);
    if (loop->watched)
        sl_loop_clock(loop);
    if (loop->watched || loop->searches)
        sl_rescue_look(loop); /* others' timers may have made somebody ready, here */
    if (loop->searches) {
        if (SL_LIKELY(!sl_share_any(loop)) && (loop->taken = search(loop)))
            loop->share_left--;
        end_search(loop, sl_share_any(loop));
    }
    if (!sl_share_any(loop) && !called(loop))
        loop->searches = rest(loop);
}
