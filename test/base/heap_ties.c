/* Items that compare equal leave the heap in the (unstable) order of Python's heapq. Both tables
        were
 * made by it: what is pushed (TAKE: popped), and what the pops gave. The key is the hundreds. */
#include "check.h"

#include "base/heap.h"

enum { TAKE = -1 };

static const short program[] = {
        200, 301, 2, 3, TAKE, TAKE, 4, TAKE, TAKE, TAKE, 405, 406, TAKE, TAKE, 407, 408, 9, 10,
        111, TAKE, TAKE,
        TAKE, TAKE, 112, TAKE, 113, TAKE, 14, 415, TAKE, 316, 317, 318, TAKE, TAKE, TAKE, 19, 420,
        221, 222, 23,
        TAKE, TAKE, 124, 325, TAKE, 426, 227, TAKE, TAKE, 328, TAKE, TAKE, TAKE, 29, TAKE, 430,
        331, TAKE, TAKE, 32,
        233, TAKE, TAKE, TAKE, 134, 335, TAKE, 36, TAKE, TAKE, TAKE, TAKE, 437, TAKE, TAKE, 238,
        339, 140, TAKE, TAKE,
        41, 442, TAKE, TAKE, TAKE, 443, TAKE, 444, TAKE, 145, 446, 47, 448, TAKE, TAKE, TAKE, 49,
        TAKE, 350, TAKE,
        TAKE, 51, TAKE, 452, TAKE, 53, 454, TAKE, 455, TAKE, 256, 357, TAKE, 358, 259, TAKE, TAKE,
        TAKE, TAKE, 160,
        161, 462, TAKE, 63, 264, 65, 266, 167, TAKE, TAKE, 468, TAKE, TAKE, 169, 370, 171, TAKE,
        72, 273,
        174, 275, 276, 277, TAKE, TAKE, 278, TAKE, 479, 380, 281, 82, 83, 184, 185, 286, TAKE,
        387, 88,
        189, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE, TAKE,
        TAKE, TAKE, TAKE, TAKE, TAKE, TAKE,
};
static const short taken[] = {
        2, 3, 4, 200, 301, 405, 406, 9, 10, 111, 408, 112, 113, 14, 316, 317, 318, 19, 23, 124,
        222, 221, 227, 325, 328, 29, 331, 426, 32, 233, 430, 134, 36, 335, 420, 415, 407, 437,
        140, 238, 41, 339, 442, 443, 444, 47, 145, 446, 49, 350, 448, 51, 452, 53, 454, 256,
        259, 358, 357, 455, 160, 63, 65, 161, 167, 169, 72, 171, 174, 82, 83, 88, 189, 184, 185,
        277, 278, 286, 281, 275, 276, 266, 273, 264, 370, 380, 387, 462, 479, 468,
};

static int by_hundreds(intptr_t a, intptr_t b)
{
    return (a / 100 > b / 100) - (a / 100 < b / 100);
}

TEST_PLAIN(ties_leave_the_heap_in_the_order_of_heapq)
{
    intptr_t items[100];
    size_t count = 0, at = 0;

    for (size_t i = 0; i < sizeof program / sizeof *program; i++) {
        if (program[i] == TAKE) {
            CHECK_EQ_VOID(sl_heap_pop(items, count, by_hundreds), taken[at++]);
            count--;
        } else {
            sl_heap_push(items, count++, program[i], by_hundreds);
        }
    }
    CHECK_EQ_VOID(count, 0);
    CHECK_EQ_VOID(at, sizeof taken / sizeof *taken);
}
