/* src/sched/search.c, share.c, member.c, team.c, idle.c: workers that run, search and sleep.
 *
 * Whatever is offered runs without help from outside, although whoever offered it, and whoever runs
 * anything else, computes on until it has run. Single offers are the watcher's, whose timeout may
 * come at any time, and comes when nobody else can go on. Every model ends with a stop, which
 * everybody hears; then nobody is counted as asleep, as a searcher, or as a watcher. */
#define SL_DEQUE_SLOTS 4u
#define ROUNDS 2
#define ROUNDS_OF_WATCHER 2
#define ROUND_TURNS 0

#include "explore.h"

#define until sleeps_until /* of a loop that is alone */
#include "sched/idle.c"
#undef until
#include "sched/inject.c"
#include "sched/member.c"
#include "sched/search.c"
#include "sched/share.c"
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

SL_MODEL_NOT_CALLED(sl_wheel_arm);
SL_MODEL_NOT_CALLED(sl_wheel_expire);
SL_MODEL_NOT_CALLED(sl_worker_adapt);
SL_MODEL_NOT_CALLED(sl_worker_close);
SL_MODEL_NOT_CALLED(sl_worker_make_ring);

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

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    uint32_t *bell = &bells[ring - rings];

    model_check(ring == &rings[sl_model_current()], "turns another's ring");
    vain[sl_model_current()] = 0;
    sl_model_step("turn");
    if (wait_ns == INT64_MAX)
        sl_model_wait(bell);
    else if (!sl_model_may_disturb() && !sl_model_wait_timed(bell)) /* else it is early */
        only_single_offers();
    return 0;
}

/* Of a team in which nobody watches. What it counts is its own affair. */
void sl_still_rest(struct sley_loop *loop, int64_t wait_ns)
{
    turn(loop->ring, wait_ns);
}

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

static void stopper(void)
{
    sl_team_stop(team);
}

/* ---- models ---- */

static void setup_loop(unsigned i)
{
    static const struct sl_ring_class class = {.pending = pending, .turn = turn};
    struct sley_loop *loop = &loops[i];

    rings[i].class = &class;
    loop->ring = &rings[i];
    loop->virtual_clock = true;
    loop->searches = loop->watched = loop->owes = false;
    loop->rng = (struct sl_rng){i};
    sl_store_relaxed(&loop->inbox, NULL);
    sl_store_relaxed(&loop->asleep, 0);
    sl_store_relaxed(&loop->signals, 0);
    sl_store_relaxed(&loop->timers, 0);
    sl_store_relaxed(&loop->wheel_lock, 0);
    memset(&loop->mine, 0, sizeof loop->mine);
    bells[i] = 0;
    vain[i] = 0;
}

static void setup_of(unsigned n)
{
    setup_team(n, SL_PASS_DISPATCHES);
    memset(works, 0, sizeof works);
    memset(all_of, 0, sizeof all_of);
    team->steals = true;
    for (unsigned i = 0; i < n; i++)
        setup_loop(i);
    ran = wanted = 0;
    all_of[0] = 1;
}

static void setup_stop(void)
{
    setup_of(2);
}

static void setup_one(void)
{
    setup_of(2);
    work(0, 0);
}

static void setup_one_unwatched(void)
{
    setup_one();
    team->counts_still = true;
}

/* The first one computes until the second one has run. */
static void setup_two(void)
{
    setup_of(2);
    work(0, 2);
    work(1, 0);
}

/* Worker 0 has something to do, which offers others. */
static void begin_with(unsigned n, void (*run)(struct sley_loop *, struct sl_entry *),
                       uint32_t others)
{
    setup_of(n);
    for (int i = 1; i < ENTRIES; i++)
        if (others >> i & 1)
            work(i, 0);
    sl_list_push(&loops[0].ready, &work(0, others)->link);
    works[0].entry.run = run;
}

static void setup_offer_one(void)
{
    begin_with(2, offer_one, 2);
}

static void setup_offer_two(void)
{
    begin_with(2, offer_two, 6);
}

/* Searches have been fruitless lately. */
static void setup_offer_two_quietly(void)
{
    setup_offer_two();
    sl_store_relaxed(&loops[0].member->quiet, 3);
}

static void setup_offer_one_unwatched(void)
{
    setup_offer_one();
    team->counts_still = true;
    sl_store_relaxed(&loops[0].member->quiet, 3);
}

static void setup_offer_next(void)
{
    begin_with(2, offer_next, 2);
}

static void setup_offer_next_unwatched(void)
{
    setup_offer_next();
    team->counts_still = true;
}

/* The watcher is called away by work of its own. */
static void setup_called_away(void)
{
    begin_with(3, offer_one, 2);
    work(2, 3);
    works[2].home = 1;
}

static void giver_of_own(void)
{
    sl_share_give_to(&loops[1], &works[2].entry);
}

/* Who searches finds what keeps it, while something is offered to whoever searches. */
static void setup_found(void)
{
    begin_with(3, give_and_offer_next, 6);
    works[0].until = works[2].until = 2;
    team->counts_still = true;
}

/* Each of the two offered computes until the other one has run: all three workers are needed. */
static void setup_three(void)
{
    begin_with(3, offer_two, 6);
    works[1].until = 4;
    works[2].until = 2;
}

static void all_ran(void)
{
    model_check(ran == wanted, "something has not run");
    model_check(!sl_load_relaxed(&team->idle), "somebody is counted as idle");
    model_check(!sl_load_relaxed(&team->watchers), "somebody is counted as a watcher");
    model_check(!sl_load_relaxed(&team->asleep[0]), "somebody is said to sleep");
    for (unsigned i = 0; i < team->n; i++) {
        model_check(!loops[i].searches, "somebody is said to search");
        model_check(!sl_load_relaxed(&loops[i].asleep), "somebody is said to sleep");
    }
}

static const struct sl_model models[] = {
    {"stop", setup_stop, {worker, worker, stopper}, all_ran, .bound = 2, .stale = 2},
    {"given", setup_one, {worker, worker, giver}, all_ran, .bound = 2, .stale = 2},
    {"given, seen late", setup_one, {worker, worker, giver}, all_ran, .bound = 1},
    {"given, and nobody watches", setup_one_unwatched, {worker, worker, giver}, all_ran,
     .bound = 2, .stale = 2},
    {"given to one", setup_one, {worker, worker, giver_to_1}, all_ran, .bound = 2, .stale = 2},
    {"posted", setup_one, {worker, worker, poster}, all_ran, .bound = 2, .stale = 2},
    {"two given", setup_two, {worker, worker, giver_of_two}, all_ran, .bound = 2, .stale = 2},
    {"one offered", setup_offer_one, {worker, worker}, all_ran, .stale = 2},
    {"one offered, and nobody watches", setup_offer_one_unwatched, {worker, worker}, all_ran,
     .bound = 2, .stale = 2},
    {"two offered", setup_offer_two, {worker, worker}, all_ran, .bound = 2},
    {"two offered quietly", setup_offer_two_quietly, {worker, worker}, all_ran, .bound = 2},
    {"the next one offered", setup_offer_next, {worker, worker}, all_ran, .stale = 2},
    {"the next one offered, and nobody watches", setup_offer_next_unwatched, {worker, worker},
     all_ran, .bound = 2, .stale = 2},
    {"found", setup_found, {worker, worker, worker}, all_ran, .bound = 1, .stale = 2},
    {"called away", setup_called_away, {worker, worker, worker, giver_of_own}, all_ran,
     .large = true},
    {"three workers", setup_three, {worker, worker, worker}, all_ran, .bound = 1, .stale = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
