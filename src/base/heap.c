#include "base/heap.h"

static void rise(intptr_t *items, size_t start, size_t at, sl_heap_compare *compare)
{
    intptr_t item = items[at];

    while (at > start) {
        size_t parent = (at - 1) / 2;

        if (compare(item, items[parent]) >= 0)
            break;
        items[at] = items[parent];
        at = parent;
    }
    items[at] = item;
}

void sl_heap_push(intptr_t *items, size_t count, intptr_t item, sl_heap_compare *compare)
{
    items[count] = item;
    rise(items, 0, count, compare);
}

intptr_t sl_heap_pop(intptr_t *items, size_t count, sl_heap_compare *compare)
{
    intptr_t smallest = items[0], last = items[--count];
    size_t at = 0, child;

    if (!count)
        return smallest;
    while ((child = 2 * at + 1) < count) {
        if (child + 1 < count && compare(items[child], items[child + 1]) >= 0)
            child++;
        items[at] = items[child];
        at = child;
    }
    items[at] = last;
    rise(items, 0, at, compare);
    return smallest;
}
