/* The floor of a yield: two fibers and a first-in first-out queue of what is ready, nothing else.
 *
 *     floor-yield COUNT        prints nanoseconds for each yield */
#include "clock.h"
#include "fiber.h"

enum { STACK = 65536 };

struct fiber {
    struct fiber *next;
    void *sp;
    long left;
};

static struct fiber *first, *last, *current, home;

static inline void push(struct fiber *fiber)
{
    fiber->next = NULL;
    if (last != NULL)
        last->next = fiber;
    else
        first = fiber;
    last = fiber;
}

static inline struct fiber *pop(void)
{
    struct fiber *fiber = first;
    if (fiber != NULL && (first = fiber->next) == NULL)
        last = NULL;
    return fiber;
}

static inline void run(struct fiber *from, struct fiber *to)
{
    current = to;
    fiber_switch(&from->sp, to->sp);
}

static __attribute__((noinline)) void yield(void)
{
    struct fiber *self = current;
    push(self);
    struct fiber *next = pop();
    if (next != self)
        run(self, next);
}

static void body(void)
{
    for (long i = current->left; i > 0; i--)
        yield();
    struct fiber *self = current;
    self->left = 0;
    struct fiber *next = pop();
    run(self, next != NULL ? next : &home);
    abort();
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : 10000000;
    char *stacks = fiber_stacks(2, STACK);
    struct fiber fibers[2];
    for (int i = 0; i < 2; i++) {
        fibers[i].sp = fiber_prepare(stacks + (i + 1) * STACK, body);
        fibers[i].left = count / 2;
        push(&fibers[i]);
    }
    int64_t start = clock_now_ns();
    run(&home, pop());
    int64_t end = clock_now_ns();
    if (fibers[0].left != 0 || fibers[1].left != 0)
        abort();
    printf("{\"ns_per_op\": %.4f, \"ops\": %ld}\n", (double)(end - start) / (double)count, count);
    return 0;
}
