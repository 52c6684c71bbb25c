/* The floor of a round among many fibers: a bare switch from stack to stack in order, no queue.
 *
 *     floor-yield-10k FIBERS ROUNDS STRIDE COLOURS
 *
 * Stacks lie STRIDE bytes apart. With COLOURS = n > 1 their beginnings are moved down by 0 to n - 1
 * cache lines in turn: stacks that all begin at the same place of a page share few sets of the
 * caches. Prints nanoseconds for each switch. */
#include "clock.h"
#include "fiber.h"

#include <string.h>

struct fiber {
    void *sp;
    struct fiber *next;
    long rounds;
};

static struct fiber *fibers, *current, home;
static long rounds;

/* Everything is found through `current`, in few cache lines, and nothing through what the stack
 * holds: the processor then fetches the next stacks while it waits for this one. */
static void body(void)
{
    for (long i = 0; i < rounds; i++) {
        struct fiber *self = current, *next = self->next;
        self->rounds++;
        current = next;
        fiber_switch(&self->sp, next->sp);
    }
    /* The first to come here is the first fiber: every other one has run as often. */
    fiber_switch(&current->sp, home.sp);
    abort();
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 10000;
    rounds = argc > 2 ? atol(argv[2]) : 200;
    size_t stride = argc > 3 ? strtoul(argv[3], NULL, 0) : 262144;
    long colours = argc > 4 ? atol(argv[4]) : 1;
    if (count < 2 || rounds < 2 || stride < 16384 || colours < 1 || colours > 64)
        return 2;
    char *stacks = fiber_stacks((size_t)count, stride);
    fibers = calloc((size_t)count, sizeof *fibers);
    for (long i = 0; i < count; i++) {
        char *top = stacks + (size_t)(i + 1) * stride - 64 * (size_t)(i % colours);
        fibers[i].sp = fiber_prepare(top, body);
        fibers[i].next = &fibers[(i + 1) % count];
    }
    int64_t start = clock_now_ns();
    current = &fibers[0];
    fiber_switch(&home.sp, fibers[0].sp);
    int64_t end = clock_now_ns();
    for (long i = 0; i < count; i++)
        if (fibers[i].rounds != rounds)
            abort();
    double ops = (double)count * (double)rounds;
    printf("{\"ns_per_op\": %.4f, \"ops\": %.0f}\n", (double)(end - start) / ops, ops);
    return 0;
}
