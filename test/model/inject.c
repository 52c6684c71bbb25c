/* src/sched/inject.c: givers against takers.
 *
 * Each entry is taken once; who takes several takes those of one giver in its order; whoever finds
 * nobody else at it and nothing there is right. */
#include "explore.h"
#include "sched/inject.c"

#include <string.h>

#define ENTRIES 5
#define TAKERS 4

static struct sl_inject inject;
static struct entry {
    struct sl_entry entry;
    int giver, number;
    unsigned taken;
} entries[ENTRIES];
static unsigned given, taken;
static int last_of[TAKERS][TAKERS]; /* by taker and giver */

static void give(int giver, int first, uint32_t n)
{
    struct sl_entry *batch[ENTRIES];

    for (uint32_t i = 0; i < n; i++) {
        struct entry *entry = &entries[first + (int)i];

        entry->giver = giver;
        entry->number = first + (int)i + 1;
        batch[i] = &entry->entry;
    }
    sl_inject_give(&inject, batch, n);
    given += n;
}

static void take(int taker, uint32_t most)
{
    struct sl_entry *got[ENTRIES] = {0};
    uint32_t n = sl_inject_take(&inject, got, most, 1);

    model_check(n <= most, "more than was asked for");
    for (uint32_t i = 0; i < n; i++) {
        struct entry *entry = SL_CONTAINER(got[i], struct entry, entry);

        model_check(++entry->taken == 1, "an entry is taken twice");
        model_check(entry->number > last_of[taker][entry->giver], "taken out of order");
        last_of[taker][entry->giver] = entry->number;
        entry->entry.link.next = &entry->entry.link; /* it is its taker's */
        taken++;
    }
}

static void giver_of_two(void)
{
    give(0, 0, 1);
    give(0, 1, 1);
}

static void giver_of_batch(void)
{
    give(1, 2, 2);
}

static void giver_of_one(void)
{
    give(2, 4, 1);
}

static void taker_of_one(void)
{
    take(1, 1);
    take(1, 1);
}

static void taker_of_two(void)
{
    take(2, 2);
}

static void taker_of_all(void)
{
    take(3, ENTRIES);
}

static void setup(void)
{
    memset(&inject, 0, sizeof inject);
    memset(entries, 0, sizeof entries);
    memset(last_of, 0, sizeof last_of);
    given = taken = 0;
}

/* Two are in the queue already. */
static void setup_queued(void)
{
    setup();
    give(0, 0, 2);
    give(1, 2, 2);
    take(0, 1);
}

static void all_taken(void)
{
    while (sl_inject_any(&inject)) {
        unsigned before = taken;

        take(0, 1);
        model_check(taken > before, "said to be there");
    }
    model_check(taken == given, "an entry is lost");
    model_check(!inject.first && !sl_load_relaxed(&inject.taking), "not at rest");
}

static const struct sl_model models[] = {
    {"giver and taker", setup, {giver_of_two, taker_of_one}, all_taken},
    {"batch and takers", setup, {giver_of_batch, taker_of_one, taker_of_all}, all_taken},
    {"givers and taker", setup, {giver_of_two, giver_of_batch, taker_of_two}, all_taken},
    {"queued", setup_queued, {taker_of_one, taker_of_two}, all_taken},
    {"queued, and one more", setup_queued, {taker_of_one, giver_of_one, taker_of_all}, all_taken},
    {"three givers, two takers", setup,
     {giver_of_two, giver_of_batch, giver_of_one, taker_of_one, taker_of_all}, all_taken,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
