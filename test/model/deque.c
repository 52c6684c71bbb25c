/* src/sched/deque.h: an owner that pushes and pops against thieves, on a ring of two.
 *
 * Each entry is taken once, and whoever takes several from the ring takes them in the order of the
 * pushes. */
#ifndef SL_DEQUE_SLOTS
#define SL_DEQUE_SLOTS 2u
#endif

#include "explore.h"
#include "sched/deque.h"

#include <string.h>

#define ENTRIES 5
#define TAKERS 4

static struct sl_deque deque, others[TAKERS];
static struct sl_entry entries[ENTRIES];
static uint32_t ready;
static unsigned pushed, taken_times[ENTRIES], taken;
static int last_of[TAKERS]; /* the newest that each of them took */

static int count(struct sl_entry *entry)
{
    int number = (int)(entry - entries);

    model_check(number >= 0 && number < (int)pushed, "nobody pushed that");
    model_check(++taken_times[number] == 1, "an entry is taken twice");
    taken++;
    return number;
}

static void take(int taker, struct sl_entry *entry)
{
    int number = count(entry);

    model_check(number > last_of[taker], "an entry is taken out of order");
    last_of[taker] = number;
}

static void push(void)
{
    struct sl_entry *entry = &entries[pushed++];

    while (!sl_deque_push(&deque, entry)) {
        struct sl_entry *oldest = sl_deque_pop(&deque);

        if (oldest)
            take(0, oldest);
    }
}

static void pop_all(void)
{
    struct sl_entry *entry;

    while ((entry = sl_deque_pop(&deque)))
        take(0, entry);
    model_check(sl_deque_length(&deque) == 0, "something is there for the owner");
}

static void owner(void)
{
    push();
    push();
    push();
    pop_all();
}

static void owner_of_two(void)
{
    push();
    push();
    pop_all();
}

static void owner_of_five(void)
{
    push();
    push();
    pop_all();
    push();
    push();
    push();
    pop_all();
}

static void steal(int thief)
{
    struct sl_entry *entry = sl_deque_steal(&deque, &others[thief]);

    if (!entry)
        return;
    take(thief, entry);
    while ((entry = sl_deque_pop(&others[thief])))
        take(thief, entry);
}

/* Three, of which a thief's half is two, on a ring that has room for them. */
static void owner_of_three(void)
{
    push();
    push();
    push();
    sl_model_ring(&ready);
    pop_all();
}

static void late_thief(void)
{
    sl_model_wait(&ready);
    steal(1);
}

static void thief_1(void)
{
    steal(1);
}

static void thief_2(void)
{
    steal(2);
}

static void thief_twice(void)
{
    steal(1);
    steal(1);
}

/* All there is at once. */
static void robber(void)
{
    struct sl_entry *got[SL_DEQUE_SLOTS];
    uint32_t n = sl_deque_take(&deque, got, SL_DEQUE_SLOTS);

    for (uint32_t i = 0; i < n; i++)
        take(3, got[i]);
}

/* Whom it displaces goes behind the others. */
static void put_next(void)
{
    struct sl_entry *displaced = sl_deque_swap_next(&deque, &entries[pushed++]);

    if (displaced)
        model_check(sl_deque_push(&deque, displaced), "no room");
}

static void take_next(void)
{
    struct sl_entry *entry = sl_deque_swap_next(&deque, NULL);

    if (entry)
        count(entry);
}

static void owner_of_next(void)
{
    struct sl_entry *entry;

    put_next();
    put_next();
    put_next();
    take_next();
    while ((entry = sl_deque_pop(&deque)))
        count(entry);
}

static void watcher(void)
{
    /* Others may have taken since the head was read, and the owner has pushed again. */
    model_check(sl_deque_length(&deque) <= ENTRIES, "longer than all that was pushed");
}

static void setup_at(uint32_t position)
{
    memset(&deque, 0, sizeof deque);
    memset(others, 0, sizeof others);
    sl_store_relaxed(&deque.head, position);
    sl_store_relaxed(&deque.tail, position);
    memset(taken_times, 0, sizeof taken_times);
    memset(last_of, -1, sizeof last_of);
    pushed = taken = 0;
    ready = 0;
}

static void setup(void)
{
    setup_at(0);
}

static void setup_wrap(void)
{
    setup_at(UINT32_MAX);
}

static void all_taken(void)
{
    struct sl_entry *entry;

    while ((entry = sl_deque_pop(&deque)))
        take(0, entry);
    model_check(taken == pushed, "an entry is lost");
}

static const struct sl_model models[] = {
    {"owner and thief", setup, {owner, thief_twice}, all_taken},
    {"owner of five", setup, {owner_of_five, thief_1}, all_taken},
    {"owner and robber", setup, {owner, robber}, all_taken},
    {"positions wrap around", setup_wrap, {owner, thief_twice}, all_taken},
    {"thief of half", setup_wrap, {owner_of_three, late_thief}, all_taken},
    {"two thieves", setup, {owner_of_two, thief_1, thief_2}, all_taken},
    {"thief and robber", setup_wrap, {owner_of_two, thief_1, robber}, all_taken},
    {"next", setup, {owner_of_next, take_next, take_next}, all_taken},
    {"next and thief", setup, {owner_of_next, take_next, thief_1}, all_taken},
    {"length", setup_wrap, {owner, watcher}, all_taken},
    {"three thieves", setup_wrap, {owner_of_five, thief_twice, thief_2, robber}, all_taken,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
