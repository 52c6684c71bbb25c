/* Whatever goes in comes out smallest first, extreme words included. */
#include "check.h"

#include "base/heap.h"
#include "base/rng.h"

static int by_number(intptr_t a, intptr_t b)
{
    return a < b ? -1 : a > b;
}

TEST_PLAIN(the_smallest_comes_first)
{
    struct sl_rng rng = {1};
    intptr_t items[500], last = INTPTR_MIN;

    for (int round = 0; round < 20; round++) {
        size_t n = 1 + sl_rng_below(&rng, 499);

        for (size_t i = 0; i < n; i++) {
            intptr_t item = (intptr_t)sl_rng_next(&rng);

            sl_heap_push(items, i, i == 3 ? INTPTR_MIN : i == 5 ? INTPTR_MAX : item, by_number);
        }
        last = INTPTR_MIN;
        for (size_t i = n; i > 0; i--) {
            intptr_t item = sl_heap_pop(items, i, by_number);

            CHECK_VOID(item >= last);
            last = item;
        }
    }
}
