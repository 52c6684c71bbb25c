#include "fiber/depot.h"

#include "arch/switch.h"
#include "base/atomic.h"
#include "os/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)
#define GUARD_BYTES ((size_t)16 << 10)
#define CANARY 0x5afec0de5afec0deu

/* Stacks that all begin at the same offset of a page fight for the same cache sets (up to 16 % L1
 * misses). 12 colours of 128 bytes stay within the page that is touched anyway. */
#define COLOURS 12
#define COLOUR_BYTES 128

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif

/* Address space for a number of stacks, beside its own small record. */
struct sl_stack_slab {
    struct sl_stack_slab *next;
    char *memory;
    size_t bytes;
    uint32_t count, bound;
};

size_t sl_stack_class_size(unsigned class)
{
    return SL_STACK_SMALLEST << class;
}

int sl_stack_class_of(size_t size)
{
    int class = 0;

    while (class < SL_STACK_CLASSES && sl_stack_class_size((unsigned)class) < size)
        class++;
    return class < SL_STACK_CLASSES ? class : -EINVAL;
}

int sl_stack_class_buy(struct sl_stack_class *own, unsigned class)
{
    size_t size = sl_stack_class_size(class);
    struct sl_stack_slab *slab = sl_sys.allocate(sizeof *slab, 0), **end = &own->slabs;

    if (!slab)
        return -ENOMEM;
    slab->bytes = size > SL_STACK_SLAB_BYTES ? size : SL_STACK_SLAB_BYTES;
    slab->memory = sl_sys.map(slab->bytes);
    if (!slab->memory) {
        sl_sys.release(slab, sizeof *slab, 0);
        return -ENOMEM;
    }
    /* One touched byte must not cost two megabytes. */
    sl_sys.advise(slab->memory, slab->bytes, MADV_NOHUGEPAGE);
    slab->next = NULL;
    slab->count = (uint32_t)(slab->bytes / size);
    slab->bound = 0;
    if (own->filling)
        end = &own->filling->next;
    while (*end)
        end = &(*end)->next;
    *end = slab;
    if (!own->filling)
        own->filling = slab;
    own->credits += slab->count;
    return 0;
}

SL_NOINLINE int sl_stacks_buy(struct sl_stacks *stacks, unsigned class)
{
    if (stacks->depot)
        return sl_stacks_draw(stacks, class);
    return sl_stack_class_buy(&stacks->classes[class], class);
}

size_t sl_stack_size(const struct sl_stack *stack)
{
    return sl_stack_class_size(stack->class);
}

static size_t guard_of_class(unsigned class)
{
    return sl_stack_class_size(class) < 4 * GUARD_BYTES ? PAGE : GUARD_BYTES;
}

size_t sl_stack_guard(const struct sl_stack *stack)
{
    return stack->canary ? 0 : guard_of_class(stack->class);
}

/* A guard in the page tables if the kernel has them (no mapping is split), else by protection
 * (which ends at vm.max_map_count), else a word that is looked at when the fiber ends. */
static void put_guard(struct sl_stack *stack)
{
    static sl_atomic_u32 no_install, said;
    size_t bytes = guard_of_class(stack->class);

    stack->canary = 0;
    if (!sl_load_relaxed(&no_install)) {
        int rc = sl_sys.advise(stack->base, bytes, MADV_GUARD_INSTALL);

        if (rc == 0)
            return;
        if (rc == -EINVAL)
            sl_store_relaxed(&no_install, 1);
    }
    if (sl_sys.protect(stack->base, bytes, PROT_NONE) == 0)
        return;
    stack->canary = 1;
    *(uint64_t *)(void *)stack->base = CANARY;
    if (!sl_add_relaxed(&said, 1))
        fprintf(stderr, "sley: no more guard pages (vm.max_map_count?): stacks from here on have "
                        "a canary only\n");
}

char *sl_stack_class_carve(struct sl_stack_class *own, unsigned class)
{
    struct sl_stack_slab *slab = own->filling;

    while (slab->bound == slab->count)
        slab = own->filling = slab->next; /* the credit says that there is one */
    own->bound++;
    return slab->memory + sl_stack_class_size(class) * slab->bound++;
}

struct sl_stack *sl_stack_lay(char *base, unsigned class, uint32_t colour)
{
    struct sl_stack *stack;
    uintptr_t at = (uintptr_t)base + sl_stack_class_size(class) - sizeof *stack -
                   colour % COLOURS * COLOUR_BYTES;

    stack = (struct sl_stack *)(at & ~(uintptr_t)63);
    memset(stack, 0, sizeof *stack);
    stack->base = base;
    stack->class = class;
    put_guard(stack);
    sl_arch_outermost_at(sl_stack_top(stack));
    base += sl_stack_guard(stack);
    sl_hook_fiber_made(&stack->hook, base, (size_t)(sl_stack_top(stack) - base));
    return stack;
}

SL_NOINLINE struct sl_stack *sl_stacks_fresh(struct sl_stacks *stacks, unsigned class)
{
    char *base = sl_stack_class_carve(&stacks->classes[class], class);
    struct sl_stack *stack = sl_stack_lay(base, class, stacks->colour++);

    stack->home = stacks->home;
    return stack;
}

void sl_stack_list_close(struct sl_stack *first)
{
    for (struct sl_stack *stack = first; stack; stack = stack->next) {
        sl_hook_fiber_freed(&stack->hook);
        sl_hook_unpoison(stack->base, sl_stack_class_size(stack->class));
    }
}

void sl_stack_class_close(struct sl_stack_class *own)
{
    sl_stack_list_close(own->hot);
    while (own->slabs) {
        struct sl_stack_slab *slab = own->slabs;

        own->slabs = slab->next;
        sl_sys.unmap(slab->memory, slab->bytes);
        sl_sys.release(slab, sizeof *slab, 0);
    }
}

void sl_stacks_close(struct sl_stacks *stacks)
{
    if (stacks->depot)
        sl_stacks_leave(stacks);
    else
        for (int class = 0; class < SL_STACK_CLASSES; class ++)
            sl_stack_class_close(&stacks->classes[class]);
    memset(stacks, 0, sizeof *stacks);
}

size_t sl_stack_used(const struct sl_stack *stack)
{
    unsigned char there[256];
    size_t size = sl_stack_size(stack), step = sizeof there * PAGE;

    for (size_t at = sl_stack_guard(stack); at < size; at += step) {
        size_t bytes = size - at < step ? size - at : step;

        if (mincore(stack->base + at, bytes, there))
            return 0;
        for (size_t page = 0; page < bytes / PAGE; page++)
            if (there[page] & 1)
                return size - at - page * PAGE;
    }
    return 0;
}

struct sl_stack *sl_stack_of_guard(struct sl_stack *running, const void *address)
{
    const char *at = address;

    if (running && at >= running->base && at < running->base + sl_stack_guard(running))
        return running;
    return NULL;
}

bool sl_stack_overrun(const struct sl_stack *stack)
{
    return stack->canary && *(const uint64_t *)(const void *)stack->base != CANARY;
}
