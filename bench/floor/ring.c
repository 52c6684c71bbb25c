/* The floor of a queue between two workers: a ring of 1024 between two threads, each on a
 * processor of its own, spinning where it must wait.
 *
 *     floor-ring mpmc|spsc [COUNT]       prints how many items pass in a second
 *
 * mpmc: a turn number in each cell, positions claimed by compare-exchange (any number of threads
 * could use it). spsc: positions that have one writer each, the other's looked at when needed.
 * The items and their checks are those of micro-mpmc; one thread is all its producers, one all
 * its consumers. COUNT is each producer's. */
#include "clock.h"
#include "items.h"
#include "place.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { CAPACITY = 1024, LINE = 128 };

struct position {
    _Alignas(LINE) atomic_size_t at;
    size_t seen; /* spsc: the other side's position, as it was last looked at */
};

static struct position head, tail;
static _Alignas(LINE) struct cell {
    atomic_size_t turn; /* mpmc: the position that may be put here, or one more: be taken */
    intptr_t item;
} cells[CAPACITY];

static bool single;
static struct tally tally;
static long count;

/* Long enough for the other side to get some items ahead: two threads that meet at every item hand
 * the cache lines to and fro and are several times slower. */
static inline void relax(void)
{
    for (int i = 0; i < 64; i++)
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("isb" ::: "memory");
#else
        __asm__ volatile("" ::: "memory");
#endif
}

/* Claims the next position of one side whose cell has come to that turn. */
static inline struct cell *claim(struct position *side, size_t ahead, size_t *at)
{
    size_t position = atomic_load_explicit(&side->at, memory_order_relaxed);
    for (;;) {
        struct cell *cell = &cells[position % CAPACITY];
        /* Pairs with the release in pass_on. */
        size_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (turn == position + ahead) {
            if (atomic_compare_exchange_weak_explicit(&side->at, &position, position + 1,
                                                      memory_order_relaxed,
                                                      memory_order_relaxed)) {
                *at = position;
                return cell;
            }
            continue;
        }
        relax();
        position = atomic_load_explicit(&side->at, memory_order_relaxed);
    }
}

static inline void pass_on(struct cell *cell, size_t turn)
{
    atomic_store_explicit(&cell->turn, turn, memory_order_release); /* pairs with claim */
}

static inline void put_many(intptr_t item)
{
    size_t at;
    struct cell *cell = claim(&tail, 0, &at);
    cell->item = item;
    pass_on(cell, at + 1);
}

static inline intptr_t get_many(void)
{
    size_t at;
    struct cell *cell = claim(&head, 1, &at);
    intptr_t item = cell->item;
    pass_on(cell, at + CAPACITY);
    return item;
}

static inline void put_single(intptr_t item)
{
    size_t at = atomic_load_explicit(&tail.at, memory_order_relaxed);
    while (at - tail.seen == CAPACITY) {
        /* Pairs with the release in get_single. */
        tail.seen = atomic_load_explicit(&head.at, memory_order_acquire);
        if (at - tail.seen == CAPACITY)
            relax();
    }
    cells[at % CAPACITY].item = item;
    atomic_store_explicit(&tail.at, at + 1, memory_order_release); /* pairs with get_single */
}

static inline intptr_t get_single(void)
{
    size_t at = atomic_load_explicit(&head.at, memory_order_relaxed);
    while (at == head.seen) {
        /* Pairs with the release in put_single. */
        head.seen = atomic_load_explicit(&tail.at, memory_order_acquire);
        if (at == head.seen)
            relax();
    }
    intptr_t item = cells[at % CAPACITY].item;
    atomic_store_explicit(&head.at, at + 1, memory_order_release); /* pairs with put_single */
    return item;
}

static void *consume(void *arg)
{
    place_on(1);
    for (long i = 0; i < count * PRODUCERS; i++)
        if (!tally_item(&tally, single ? get_single() : get_many())) {
            fprintf(stderr, "floor-ring: an item was overtaken\n");
            exit(1);
        }
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t consumer;
    if (argc < 2)
        return 2;
    single = strcmp(argv[1], "spsc") == 0;
    count = argc > 2 ? atol(argv[2]) : 5000000;
    for (size_t i = 0; i < CAPACITY; i++)
        atomic_store(&cells[i].turn, i);
    place_on(0);
    int64_t start = clock_now_ns();
    if (pthread_create(&consumer, NULL, consume, NULL) != 0)
        return 1;
    for (intptr_t i = 0; i < count; i++)
        for (int producer = 0; producer < PRODUCERS; producer++)
            if (single)
                put_single(item_of(producer, i));
            else
                put_many(item_of(producer, i));
    pthread_join(consumer, NULL);
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    if (!tally_complete(&tally, 1, count)) {
        fprintf(stderr, "floor-ring: items were lost or came twice\n");
        return 1;
    }
    printf("{\"items_per_s\": %.0f, \"ops\": %ld}\n", (double)count * PRODUCERS / seconds,
           count * PRODUCERS);
    return 0;
}
