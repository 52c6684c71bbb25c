/* The floor of a parked fiber with a stack of its own: one page of it, and the page tables.
 *
 *     floor-parked COUNT STRIDE        prints bytes for each */
#include "fiber.h"
#include "memory.h"

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
    size_t stride = argc > 2 ? strtoul(argv[2], NULL, 0) : 262144;
    if (count < 1 || stride < 4096)
        return 2;
    char *stacks = fiber_stacks(count, stride);
    int64_t before = memory_bytes();
    for (size_t i = 0; i < count; i++)
        *(volatile char *)(stacks + (i + 1) * stride - 64) = 1;
    int64_t after = memory_bytes();
    printf("{\"bytes_per_fiber\": %.1f, \"fibers\": %zu}\n",
           (double)(after - before) / (double)count, count);
    return 0;
}
