/* searchers.h: src/sched/search.c, share.c, member.c, team.c and idle.c as they are shipped, on
 * rings that are bells; what they run, and threads that offer it. */
#ifndef SL_MODEL_SEARCHERS_H
#define SL_MODEL_SEARCHERS_H

#define SL_DEQUE_SLOTS 4u
#define SL_STEAL_LOOKS 2u
#define SL_LOOK_TURNS 0

#include "explore.h"

#define until sleeps_until /* of a loop that is alone */
#include "sched/idle.c"
#undef until
#include "sched/inject.c"
#include "sched/member.c"
#include "sched/quiet.c"
#include "sched/search.c"
#include "sched/share.c"
#include "sched/slow.c"
#include "sched/visit.c"
#include "sched/steal.c"
#include "sched/team.c"

#define WORKERS 3
#define ENTRIES 4
#include "members.h"

static struct sl_ring rings[WORKERS];
static uint32_t bells[WORKERS], vain[WORKERS]; /* looks in vain since it ran anything, or slept */
#define VAIN 8                 /* more than there are from one sleep to the next */
static struct work {
    struct sl_entry entry;
    uint32_t until;      /* computes until these have run: bits */
    int home;            /* runs there; -1: anywhere */
} works[ENTRIES];
static uint32_t ran, wanted, all_of[1 << ENTRIES]; /* all_of[bits] is 1 when they have run */

/* ---- what is not explored here ---- */

const struct sl_worker_calls sl_worker_calls = {0};
SL_MODEL_NOT_CALLED(sl_wheel_arm);
SL_MODEL_NOT_CALLED(sl_wheel_expire);
SL_MODEL_NOT_CALLED(sl_worker_close);
SL_MODEL_NOT_CALLED(sl_worker_make_ring);
SL_MODEL_NOT_CALLED(sl_sentry_call); /* it does not wait */

int64_t sl_wheel_next(struct sl_wheel *wheel)
{
    (void)wheel;
    return INT64_MAX;
}

int sl_own_run(struct sley_loop *loop)
{
    (void)loop;
    return 0;
}

void sl_own_leave(struct sley_loop *loop, enum sl_loop_state state)
{
    (void)loop, (void)state;
}

int sl_worker_begin(struct sley_loop *loop)
{
    (void)loop;
    return 0;
}

void sl_worker_end(struct sley_loop *loop)
{
    (void)loop;
}

void sl_worker_dispatch(struct sley_loop *loop, struct sl_entry *entry)
{
    vain[loop - loops] = 0;
    entry->run(loop, entry);
}

/* A worker goes round without rest while another one takes from the injection queue: it waits for
 * that one, which is to go on. */
static bool pending(struct sl_ring *ring)
{
    if (++vain[ring - rings] % VAIN == 0)
        sl_model_give_way();
    return false;
}

/* Nobody could go on but by the watcher's timeout: what is there is the watcher's. */
static void only_single_offers(void)
{
    struct sley_loop *loop = &loops[sl_model_current()];

    model_check(!team->inject.incoming.word && !team->inject.queued.word,
                "only a timeout finds what was given");
    model_check(!loop->inbox.word && !loop->member->mine.incoming.word &&
                    !team->stopping.word,
                "only a timeout finds what is its own");
    for (unsigned i = 0; i < team->n; i++)
        model_check(team->members[i].deque.tail.word - team->members[i].deque.head.word < 2,
                    "only a timeout finds more than one");
}

#include "watchers.h"

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    uint32_t *bell = &bells[ring - rings];

    model_check(ring == &rings[sl_model_current()], "turns another's ring");
    vain[sl_model_current()] = 0;
    sl_model_step("turn");
    if (wait_ns == INT64_MAX) {
        sl_model_wait(bell);
    } else {
        bool over = sl_model_may_disturb(); /* early */

        if (!over && !sl_model_wait_timed(bell)) {
            over = true;
            only_single_offers();
        }
        if (over && team->rescue_signal)
            sl_add_relaxed(&team->clock, PASSES_NS);
    }
    return 0;
}

/* Passes are of the length that they have. */
void sl_worker_adapt(struct sley_loop *loop, int64_t took, int32_t ran)
{
    (void)loop, (void)took, (void)ran;
}

/* No timer here is its owner's alone. */
void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry) = NULL;

void sl_rescue_enlist(struct sley_loop *loop)
{
    (void)loop;
}

void sl_rescue_discharge(struct sley_loop *loop)
{
    (void)loop;
}

/* Of a team in which nobody watches. What it counts is its own affair. */
void sl_still_rest(struct sley_loop *loop, int64_t wait_ns)
{
    turn(loop->ring, wait_ns);
}

int64_t sl_stuck_rest(struct sley_loop *loop, bool reminded)
{
    (void)loop, (void)reminded;
    return INT64_MAX;
}
SL_MODEL_NOT_CALLED(sl_stuck_reminded);

void sl_ring_ring(const struct sl_ring *ring)
{
    sl_model_ring(&bells[ring - rings]);
}

/* ---- work ---- */

static void run_work(struct sley_loop *loop, struct sl_entry *entry)
{
    struct work *work = SL_CONTAINER(entry, struct work, entry);
    uint32_t bit = 1u << (work - works);

    model_check(!(ran & bit), "run twice");
    model_check(work->home < 0 || loop == &loops[work->home], "runs elsewhere");
    ran |= bit;
    for (uint32_t bits = 0; bits < 1u << ENTRIES; bits++)
        all_of[bits] = (ran & bits) == bits;
    sl_model_note("runs %d", (int)(work - works));
    sl_model_block(&all_of[work->until], 0, true);
    if (ran == wanted)
        sl_team_stop(team);
}

static void run_inbox(struct sley_loop *loop, struct sl_inbox_item *item)
{
    (void)item;
    run_work(loop, &works[0].entry);
}

static struct sl_inbox_item item = {.run = run_inbox};

/* What a completion does: the inbox comes where they do, between passes. */
static void complete_one(struct sley_loop *loop, struct sl_inbox_item *one)
{
    (void)one;
    model_check(loop->gathers, "not between passes");
    sl_share_push(loop, &works[0].entry);
}

static void complete_two(struct sley_loop *loop, struct sl_inbox_item *two)
{
    complete_one(loop, two);
    sl_share_push(loop, &works[1].entry);
}

/* One that is pinned here, and two for anybody. */
static void complete_own_and_two(struct sley_loop *loop, struct sl_inbox_item *three)
{
    (void)three;
    sl_list_push(&loop->ready, &works[0].entry.link);
    sl_share_push(loop, &works[1].entry);
    sl_share_push(loop, &works[2].entry);
}

static struct sl_inbox_item completion = {.run = complete_one};
static struct sl_inbox_item completions = {.run = complete_two};
static struct sl_inbox_item own_completion = {.run = complete_own_and_two};

/* Something to do, after which it computes until those have run. */
static struct sl_entry *work(int i, uint32_t until_ran)
{
    works[i].entry.run = run_work;
    works[i].until = until_ran;
    works[i].home = -1;
    wanted |= 1u << i;
    return &works[i].entry;
}

/* What worker 0 begins with: offers others, and computes until they have run. */
static void offer_one(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_share_push(loop, &works[1].entry);
    run_work(loop, entry);
}

static void offer_two(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_share_push(loop, &works[1].entry);
    sl_share_push(loop, &works[2].entry);
    run_work(loop, entry);
}

/* The same behind a place of one that has begun: the first that is stolen is nobody. */
static void offer_behind_a_stale(struct sley_loop *loop, struct sl_entry *entry)
{
    static struct sl_fiber begun;

    sl_share_append(loop, mark(&begun.entry));
    offer_two(loop, entry);
}

/* Into the place before the deque, as a wake does. */
static void offer_next(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_share_push_next(loop, &works[1].entry);
    run_work(loop, entry);
}

static void give_and_offer_next(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_share_give(team, &works[2].entry);
    offer_next(loop, entry);
}

/* ---- threads ---- */

static void worker(void)
{
    sl_worker_run_member(&loops[sl_model_current()]);
}

static void giver(void)
{
    sl_share_give(team, &works[0].entry);
}

static void giver_too(void)
{
    sl_share_give(team, &works[1].entry);
}

static void giver_of_two(void)
{
    sl_share_give(team, &works[0].entry);
    sl_share_give(team, &works[1].entry);
}

static void giver_to_1(void)
{
    works[0].home = 1;
    sl_share_give_to(&loops[1], &works[0].entry);
}

static void poster(void)
{
    works[0].home = 1;
    sl_inbox_post(&loops[1], &item);
}

static void completer(void)
{
    sl_inbox_post(&loops[1], &completion);
}

static void completer_of_two(void)
{
    sl_inbox_post(&loops[1], &completions);
}

static void completer_of_own_too(void)
{
    works[0].home = 1;
    sl_inbox_post(&loops[1], &own_completion);
}

static void stopper(void)
{
    sl_team_stop(team);
}

#endif
