/* src/sched/idle.c: a worker that goes to sleep against those who wake it.
 *
 * No item and no signal is left while the owner sleeps; each item runs once, in its poster's order.
 * The ring is a bell: an eventfd that is always read. Ringing twice before it is looked at is one
 * wake-up. */
#include "explore.h"
#include "sched/idle.c"

#include <string.h>

#define ITEMS 4

static struct item {
    struct sl_inbox_item item;
    int poster, number;
} items[ITEMS];

static struct sl_inbox_item trap;
static struct sley_loop loop;
static struct sl_runtime runtime;
static struct sl_ring ring;
static uint32_t bell;
static int ran, wanted;              /* items */
static int last_of[SL_MODEL_THREADS]; /* of each poster, the last that ran */
static uint32_t signals_seen, signals_wanted;
static int64_t next_timer, now;
static struct item *second;          /* posted by the item that runs first */

/* Nothing of what this model has is woken by other threads directly. */
void sl_share_receive(struct sley_loop *on, struct sl_inject *mine)
{
    (void)on, (void)mine;
    model_check(false, "something was received");
}

/* ---- what idle.c calls ---- */

static int64_t clock_now(void)
{
    return now;
}

struct sl_sys sl_sys = {.clock_now = clock_now};

static void signalled(struct sley_loop *of, uint32_t signals)
{
    model_check(of == &loop && signals, "told of no signal");
    signals_seen |= signals;
}

static int64_t stuck(struct sley_loop *of, int64_t idle_ns)
{
    (void)of, (void)idle_ns;
    return INT64_MAX;
}

const struct sl_worker_calls sl_worker_calls = {.signalled = signalled, .stuck = stuck};

int64_t sl_wheel_next(struct sl_wheel *wheel)
{
    (void)wheel;
    return next_timer;
}

struct sl_ring *sl_worker_make_ring(struct sley_loop *of, int *rc)
{
    (void)of, (void)rc;
    sl_model_fail("there is a ring");
    return NULL;
}

/* A deadline may come at any time, and then never again. */
static int turn(struct sl_ring *of, int64_t wait_ns)
{
    model_check(of == &ring, "turns another ring");
    sl_model_step("turn");
    if (wait_ns > 0 && (next_timer == INT64_MAX || !sl_model_choose(2))) {
        sl_model_wait(&bell);
    } else {
        bell = 0;
        if (wait_ns > 0)
            next_timer = INT64_MAX;
    }
    return 0;
}

void sl_ring_ring(const struct sl_ring *of)
{
    model_check(of == &ring, "rings another ring");
    sl_model_ring(&bell);
}

/* ---- threads ---- */

static void run_trap(struct sley_loop *of, struct sl_inbox_item *item)
{
    (void)of, (void)item;
    sl_model_fail("an item is used after it ran");
}

static void run_item(struct sley_loop *of, struct sl_inbox_item *inbox_item)
{
    struct item *item = SL_CONTAINER(inbox_item, struct item, item);

    model_check(of == &loop, "runs on another loop");
    model_check(item->number == last_of[item->poster] + 1, "an item is lost, or out of order");
    last_of[item->poster] = item->number;
    ran++;
    inbox_item->next = &trap; /* it is its owner's again */
    if (second) {
        struct item *next = second;

        second = NULL;
        sl_inbox_post(&loop, &next->item);
    }
}

static void post(int n, int poster, int number)
{
    items[n].poster = poster;
    items[n].number = number;
    sl_inbox_post(&loop, &items[n].item);
}

/* The worker's pass: what is there, sleep, what is there. */
static void owner(void)
{
    int64_t stuck_for = 0;
    bool turned = false;

    while (ran < wanted || signals_seen != signals_wanted) {
        sl_inbox_take(&loop);
        if (ran == wanted && signals_seen == signals_wanted)
            break;
        /* What an item did is work: the loop sleeps only without. */
        model_check(sl_idle(&loop, &stuck_for, &turned), "a deadlock is reported");
        sl_inbox_take(&loop);
    }
}

static void poster_of_one(void)
{
    post(0, 1, 1);
}

static void poster_of_two(void)
{
    post(1, 2, 1);
    post(2, 2, 2);
}

static void poster_of_one_more(void)
{
    post(3, 3, 1);
}

static void interrupter(void)
{
    sl_loop_signal(&loop, SL_SIGNAL_INTERRUPT);
}

static void reporter(void)
{
    sl_loop_signal(&loop, SL_SIGNAL_REPORT);
}

/* ---- models ---- */

static void setup(void)
{
    static const struct sl_ring_class class = {.turn = turn};

    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct item){.item.run = run_item};
    trap = (struct sl_inbox_item){.run = run_trap};
    memset(last_of, 0, sizeof last_of);
    ring.class = &class;
    ring.in_flight = 0;
    sl_list_init(&loop.ready);
    loop.ring = &ring;
    loop.runtime = &runtime;
    loop.stop = false;
    sl_store_relaxed(&loop.inbox, NULL);
    sl_store_relaxed(&loop.asleep, 0);
    sl_store_relaxed(&loop.signals, 0);
    bell = 0;
    ran = wanted = 0;
    signals_seen = signals_wanted = 0;
    next_timer = INT64_MAX;
    now = 0;
    second = NULL;
}

static void one(void)
{
    setup();
    wanted = 1;
}

static void two(void)
{
    setup();
    wanted = 2;
}

static void three(void)
{
    setup();
    wanted = 3;
}

static void one_and_signal(void)
{
    one();
    signals_wanted = SL_SIGNAL_INTERRUPT;
}

static void both_signals(void)
{
    setup();
    signals_wanted = SL_SIGNAL_INTERRUPT | SL_SIGNAL_REPORT;
}

static void many(void)
{
    setup();
    wanted = 4;
    signals_wanted = SL_SIGNAL_INTERRUPT;
}

/* The sleep is cut by a deadline, or a kernel operation is waited for as well. */
static void signal_and_timer(void)
{
    one_and_signal();
    next_timer = INT64_C(1) << 40;
}

static void three_in_flight(void)
{
    three();
    ring.in_flight = 1;
}

/* An item that posts another one, from the owner itself. */
static void chain(void)
{
    three();
    wanted = 4;
    second = &items[3];
    items[3].poster = 3;
    items[3].number = 1;
}

static void all_taken(void)
{
    model_check(ran == wanted && signals_seen == signals_wanted, "something was not run");
    model_check(!sl_load_relaxed(&loop.inbox), "something is left in the inbox");
    model_check(!sl_load_relaxed(&loop.signals), "a signal is left");
    model_check(!sl_load_relaxed(&loop.asleep), "awake, and said to sleep");
}

static const struct sl_model models[] = {
    {"one poster", one, {owner, poster_of_one}, all_taken},
    {"two of one poster", two, {owner, NULL, poster_of_two}, all_taken},
    {"two posters", three, {owner, poster_of_one, poster_of_two}, all_taken},
    {"a poster and a signal", one_and_signal, {owner, poster_of_one, interrupter}, all_taken},
    {"two signals", both_signals, {owner, interrupter, reporter}, all_taken},
    {"with a timer", signal_and_timer, {owner, poster_of_one, interrupter}, all_taken},
    {"with an operation", three_in_flight, {owner, poster_of_one, poster_of_two}, all_taken},
    {"an item that posts", chain, {owner, poster_of_one, poster_of_two}, all_taken},
    {"three posters and a signal", many,
     {owner, poster_of_one, poster_of_two, poster_of_one_more, interrupter}, all_taken,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
