/* src/sched/search.c, share.c, member.c, team.c, idle.c: workers that run, search and sleep.
 *
 * Whatever is offered runs without help from outside, although whoever offered it, and whoever runs
 * anything else, computes on until it has run. Single offers are the watcher's, whose timeout may
 * come at any time, and comes when nobody else can go on. Every model ends with a stop, which
 * everybody hears; then nobody is counted as asleep, as a searcher, or as a watcher. */
#include "searchers.h"

/* In a system call, say: what is ready behind it, and its timers, are the others' affair. */
static void run_blocked(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_store_relaxed(&blocks[loop->index], (uint64_t)sl_loop_clock(loop));
    sl_model_note("blocks");
    sl_model_wait(&looked[loop->index]);
    sl_store_relaxed(&blocks[loop->index], 0);
    run_work(loop, entry);
}

static void giver_to_both(void)
{
    static uint32_t never;

    sl_model_wait_timed(&never);
    sl_share_give_to(&loops[0], &works[1].entry);
    sl_share_give_to(&loops[1], &works[0].entry);
}

/* When all have slept for long, or one of them still watches. */
static void giver_to_1_later(void)
{
    static uint32_t never;

    sl_model_wait_timed(&never);
    giver_to_1();
}

static void giver_to_1_again(void)
{
    sl_share_give_to(&loops[1], &works[1].entry);
    sl_model_block(&all_of[2], 0, true);
    giver_to_1();
}

static void giver_to_one_and_the_other(void)
{
    sl_share_give_to(&loops[0], &works[1].entry);
    sl_model_block(&all_of[2], 0, true);
    giver_to_1();
}

static void setup_loop(unsigned i)
{
    static const struct sl_ring_class class = {.pending = pending, .turn = turn};
    struct sley_loop *loop = &loops[i];

    rings[i].class = &class;
    loop->ring = &rings[i];
    loop->virtual_clock = true;
    loop->searches = loop->watched = loop->owes = loop->alone = loop->gathers = false;
    loop->rested = loop->dispatches = 0;
    loop->now = 0;
    loop->rng = (struct sl_rng){i};
    sl_store_relaxed(&loop->inbox, NULL);
    sl_store_relaxed(&loop->asleep, 0);
    sl_store_relaxed(&loop->signals, 0);
    sl_store_relaxed(&loop->timers, 0);
    sl_store_relaxed(&loop->wheel_lock, 0);
    memset(&loop->mine, 0, sizeof loop->mine);
    sl_store_relaxed(&blocks[i], 0);
    bells[i] = 0;
    vain[i] = 0;
}

static void setup_of(unsigned n)
{
    setup_team(n, SL_PASS_DISPATCHES);
    memset(works, 0, sizeof works);
    memset(all_of, 0, sizeof all_of);
    team->steals = true;
    sl_store_relaxed(&team->vain, (uint64_t)(INT64_MIN / 2));
    for (unsigned i = 0; i < n; i++)
        setup_loop(i);
    ran = wanted = 0;
    all_of[0] = 1;
    sl_store_relaxed(&called_at, 0);
    sl_store_relaxed(&left_at, 0);
    memset(looked, 0, sizeof looked);
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

/* When all have slept again, and somebody lingers, worker 1 offers a single one, quietly. */
static void setup_one_after_another(void)
{
    setup_one();
    sl_store_relaxed(&team->vain, 0);
    work(1, 0);
    work(2, 2);
    works[2].home = 1;
    works[2].entry.run = offer_one;
    sl_store_relaxed(&loops[1].member->quiet, 3);
}

static void giver_of_one_after_another(void)
{
    giver();
    sl_model_block(&all_of[1], 0, true);
    sl_share_give_to(&loops[1], &works[2].entry);
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

static void setup_two_unwatched(void)
{
    setup_two();
    team->counts_still = true;
}

/* Two completions at one worker, and something for another one, who may search meanwhile. */
static void setup_completions_and_given(void)
{
    setup_two_unwatched();
    work(2, 0);
}

/* Taking what is pinned is no fence, as taking from the deque is. */
static void setup_pinned_and_two(void)
{
    setup_of(2);
    work(0, 6);
    work(1, 0);
    work(2, 0);
}

static void giver_of_third(void)
{
    sl_share_give(team, &works[2].entry);
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

static void setup_offer_behind_a_stale(void)
{
    begin_with(2, offer_behind_a_stale, 6);
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

/* Two threads give one each. */
static void setup_givers_of(unsigned n)
{
    setup_of(n);
    work(0, 0);
    work(1, 0);
}
static void setup_givers(void)
{
    setup_givers_of(2);
}
static void setup_givers_to_one(void)
{
    setup_givers_of(1);
}
/* One of three computes until the other thing that was given has run. */
static void setup_left(void)
{
    setup_of(3);
    work(0, 2);
    work(1, 0);
}

/* Worker 1 blocks until another one looks. */
static void setup_blocked_of(unsigned n)
{
    setup_of(n);
    team->rescue_signal = 1;
    sl_store_relaxed(&team->clock, PASSES_NS);
    work(0, 0);
    works[0].entry.run = run_blocked;
}

static void setup_blocked(void)
{
    setup_blocked_of(2);
}

static void setup_blocked_after_one(void)
{
    setup_blocked_of(2);
    work(1, 0);
}

static void setup_two_blocked(void)
{
    setup_blocked_of(3);
    work(1, 0);
    works[1].entry.run = run_blocked;
}

static void giver_to_two_of_three(void)
{
    static uint32_t never;

    sl_model_wait_timed(&never);
    sl_share_give_to(&loops[1], &works[0].entry);
    sl_share_give_to(&loops[2], &works[1].entry);
}

static void setup_blocked_of_three(void)
{
    setup_blocked_of(3);
    work(1, 0);
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
    {"one after another", setup_one_after_another, {worker, worker, giver_of_one_after_another},
     all_ran, .bound = 1, .stale = 2},
    {"given to one", setup_one, {worker, worker, giver_to_1}, all_ran, .bound = 2, .stale = 2},
    {"posted", setup_one, {worker, worker, poster}, all_ran, .bound = 2, .stale = 2},
    {"given by two, to one", setup_givers_to_one, {worker, giver, giver_too}, all_ran,
     .bound = 3, .stale = 2},
    {"given by two", setup_givers, {worker, worker, giver, giver_too}, all_ran, .bound = 1,
     .stale = 1},
    {"given by two, and one computes", setup_givers, {worker, giver, giver_too}, all_ran,
     .bound = 3, .stale = 2},
    {"one is left", setup_left, {worker, worker, giver_of_two}, all_ran, .bound = 2, .stale = 2},
    {"two given", setup_two, {worker, worker, giver_of_two}, all_ran, .bound = 2, .stale = 2},
    {"a completion", setup_one_unwatched, {worker, worker, completer}, all_ran, .bound = 2,
     .stale = 2},
    {"two completions", setup_two_unwatched, {worker, worker, completer_of_two}, all_ran,
     .bound = 2, .stale = 2},
    {"two completions at a watcher", setup_two, {worker, worker, completer_of_two}, all_ran,
     .bound = 2, .stale = 2},
    {"a pinned one's completion, and two, at a watcher", setup_pinned_and_two,
     {worker, worker, completer_of_own_too}, all_ran, .bound = 2, .stale = 2},
    {"two completions and one given", setup_completions_and_given,
     {worker, worker, completer_of_two, giver_of_third}, all_ran, .bound = 1, .stale = 2},
    {"one offered", setup_offer_one, {worker, worker}, all_ran, .stale = 2},
    {"one offered, and nobody watches", setup_offer_one_unwatched, {worker, worker}, all_ran,
     .bound = 2, .stale = 2},
    {"two offered", setup_offer_two, {worker, worker}, all_ran, .bound = 2},
    {"offered behind a stale place", setup_offer_behind_a_stale, {worker, worker}, all_ran,
     .bound = 2},
    {"two offered quietly", setup_offer_two_quietly, {worker, worker}, all_ran, .bound = 2},
    {"the next one offered", setup_offer_next, {worker, worker}, all_ran, .stale = 2},
    {"the next one offered, and nobody watches", setup_offer_next_unwatched, {worker, worker},
     all_ran, .bound = 2, .stale = 2},
    {"found", setup_found, {worker, worker, worker}, all_ran, .bound = 1, .stale = 2},
    {"called away", setup_called_away, {worker, worker, worker, giver_of_own}, all_ran,
     .large = true},
    {"one blocks", setup_blocked, {worker, worker, giver_to_1}, all_ran, .bound = 2, .stale = 2},
    {"one blocks later", setup_blocked, {worker, worker, giver_to_1_later}, all_ran, .bound = 2},
    {"one works and blocks", setup_blocked_after_one, {worker, worker, giver_to_1_again}, all_ran,
     .bound = 1, .stale = 2},
    {"one works, another one blocks", setup_blocked_after_one,
     {worker, worker, giver_to_one_and_the_other}, all_ran, .bound = 1, .stale = 2},
    {"one works while another one blocks", setup_blocked_after_one,
     {worker, worker, giver_to_both}, all_ran, .bound = 1, .stale = 2},
    {"two of three block", setup_two_blocked, {worker, worker, worker, giver_to_two_of_three},
     all_ran, .large = true},
    {"one of three works and blocks", setup_blocked_of_three,
     {worker, worker, worker, giver_to_1_again}, all_ran, .large = true},
    {"three workers", setup_three, {worker, worker, worker}, all_ran, .bound = 1, .stale = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
