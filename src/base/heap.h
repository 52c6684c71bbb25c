/* base/heap.h: a binary min-heap of words, in the order of Python's heapq.
 *
 * A word that is taken leaves a hole at the root; the last word sinks to a leaf along the smaller
 * children and then rises to its place. That is heapq's way (its unstable order for equal items is
 * thereby ours), and it costs fewer comparisons than sinking with a test on every level. */
#ifndef SL_BASE_HEAP_H
#define SL_BASE_HEAP_H

#include "base/check.h"

typedef int sl_heap_compare(intptr_t a, intptr_t b);

void sl_heap_push(intptr_t *items, size_t count, intptr_t item, sl_heap_compare *compare);
/* Takes the smallest of `count` > 0 items; the rest is items[0 ... count - 2]. */
intptr_t sl_heap_pop(intptr_t *items, size_t count, sl_heap_compare *compare);

#endif
