/* The floor of taking and releasing a lock that nobody else wants: two read-modify-writes of one
 * word, and what it protects is counted between them.
 *
 *     floor-rmw COUNT       prints nanoseconds for each pair */
#include "clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static atomic_uint word;
    static volatile long counter;
    long count = argc == 2 ? atol(argv[1]) : 10000000;
    int64_t start = clock_now_ns();
    for (long i = 0; i < count; i++) {
        unsigned free = 0;
        if (!atomic_compare_exchange_strong_explicit(&word, &free, 1, memory_order_acquire,
                                                     memory_order_relaxed))
            abort();
        counter++;
        if (atomic_fetch_sub_explicit(&word, 1, memory_order_release) != 1)
            abort();
    }
    int64_t end = clock_now_ns();
    if (counter != count)
        abort();
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    return 0;
}
