/* The items of the queue rows: each says who made it and its place in that one's order. Whoever
 * takes them keeps a tally; together the tallies show that none was lost, made twice or
 * overtaken. */
#ifndef BENCH_ITEMS_H
#define BENCH_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

enum { PRODUCERS = 4, CONSUMERS = 4 };

static inline intptr_t item_of(int producer, intptr_t sequence)
{
    return sequence * PRODUCERS + producer;
}

struct tally {
    intptr_t next[PRODUCERS]; /* no lower sequence may come to this consumer any more */
    intptr_t count[PRODUCERS];
    uint64_t sum[PRODUCERS];
};

/* False: the item comes after a later one of its producer. */
static inline bool tally_item(struct tally *tally, intptr_t item)
{
    int producer = (int)(item % PRODUCERS);
    intptr_t sequence = item / PRODUCERS;
    bool ordered = sequence >= tally->next[producer];
    tally->next[producer] = sequence + 1;
    tally->count[producer]++;
    tally->sum[producer] += (uint64_t)sequence;
    return ordered;
}

/* Has each producer's 0 ... each - 1 come exactly once? Every tally is strictly increasing, so
 * that number and sum leave no room for a loss and a double. */
static inline bool tally_complete(const struct tally *tallies, int consumers, intptr_t each)
{
    for (int producer = 0; producer < PRODUCERS; producer++) {
        intptr_t count = 0;
        uint64_t sum = 0;
        for (int i = 0; i < consumers; i++) {
            count += tallies[i].count[producer];
            sum += tallies[i].sum[producer];
        }
        if (count != each || sum != (uint64_t)each * (uint64_t)(each - 1) / 2)
            return false;
    }
    return true;
}

#endif
