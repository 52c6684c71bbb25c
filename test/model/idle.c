/* src/sched/idle.c: a worker that goes to sleep against those who wake it.
 *
 * No item and no signal is left while the owner sleeps; each item runs once, in its poster's
 * order. */
#include "one_loop.h"

#include <string.h>

#define ITEMS 4

static struct item {
    struct sl_inbox_item item;
    int poster, number;
} items[ITEMS];

static struct sl_inbox_item trap;
static int ran, wanted;              /* items */
static int last_of[SL_MODEL_THREADS]; /* of each poster, the last that ran */
static struct item *second;          /* posted by the item that runs first */

struct sl_sys sl_sys = {.clock_now = clock_now};

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
    while (ran < wanted || signals_seen != signals_wanted) {
        sl_inbox_take(&loop);
        if (ran == wanted && signals_seen == signals_wanted)
            break;
        /* What an item did is work: the loop sleeps only without. */
        idle();
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
    setup_loop();
    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct item){.item.run = run_item};
    trap = (struct sl_inbox_item){.run = run_trap};
    memset(last_of, 0, sizeof last_of);
    ran = wanted = 0;
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
