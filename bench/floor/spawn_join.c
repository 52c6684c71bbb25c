/* The floor of a spawn and a join: a fiber from a pool, switched to, its end seen. What it would
 * run is nothing.
 *
 *     floor-spawn-join COUNT       prints nanoseconds for each */
#include "clock.h"
#include "fiber.h"

#include <stdbool.h>

enum { STACK = 65536 };

struct fiber {
    struct fiber *next;
    void *sp;
    bool done;
};

static struct fiber *pool, *current, home;

/* A pooled fiber ends one job, goes back to the pool, and wakes with the next. */
static void body(void)
{
    for (;;) {
        struct fiber *self = current;
        self->done = true;
        self->next = pool;
        pool = self;
        current = &home;
        fiber_switch(&self->sp, home.sp);
    }
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : 5000000;
    struct fiber only = {.sp = fiber_prepare(fiber_stacks(1, STACK) + STACK, body)};
    pool = &only;
    int64_t start = clock_now_ns();
    for (long i = 0; i < count; i++) {
        struct fiber *fiber = pool;
        pool = fiber->next;
        fiber->done = false;
        current = fiber;
        fiber_switch(&home.sp, fiber->sp);
        if (!fiber->done)
            abort();
    }
    int64_t end = clock_now_ns();
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    return 0;
}
