/* sley-jemalloc: fills sley's allocator table with jemalloc before main.
 *
 * Each worker has an arena of its own, made when it first asks, so that workers do not meet on an
 * arena's locks and a worker's memory stays together. Memory may be released by any thread: it
 * goes through that thread's cache and back to the arena that it came from.
 *
 * Debian's libjemalloc also defines malloc, and so replaces it in every program that links this
 * library. That is why it is a library of its own: libsley replaces nobody's malloc. */
#include <sley/allocator.h>

#include "base/atomic.h"

#include <jemalloc/jemalloc.h>
#include <stdio.h>

/* Workers beyond this share arenas. */
#define ARENAS 256
#define ALIGNMENT MALLOCX_LG_ALIGN(4)

/* jemalloc's number of the arena + 1; 0 while it has none. */
static sl_atomic_u32 arenas[ARENAS];

static void destroy_arena(unsigned number)
{
    char name[40];

    snprintf(name, sizeof name, "arena.%u.destroy", number);
    mallctl(name, NULL, NULL, NULL, 0);
}

/* Returns the number + 1, or 0: jemalloc has no memory for one, so let it choose. */
static uint32_t make_arena(sl_atomic_u32 *slot)
{
    unsigned number;
    size_t size = sizeof number;
    uint32_t there = 0;

    if (mallctl("arenas.create", &number, &size, NULL, 0) != 0)
        return 0;
    /* Nothing is published through the number: jemalloc's own locks order the arena behind it.
     * The order of this exchange pairs with nothing but the exchanges of other makers. */
    if (sl_cas_acq_rel(slot, &there, number + 1))
        return number + 1;
    destroy_arena(number);
    return there;
}

static void *allocate(size_t bytes, unsigned arena)
{
    sl_atomic_u32 *slot = &arenas[arena % ARENAS];
    uint32_t number = sl_load_relaxed(slot);
    int flags = ALIGNMENT;

    if (number == 0)
        number = make_arena(slot);
    if (number != 0)
        flags |= MALLOCX_ARENA(number - 1);
    return mallocx(bytes ? bytes : 1, flags);
}

static void release(void *memory, size_t bytes, unsigned arena)
{
    (void)arena;
    if (memory)
        sdallocx(memory, bytes ? bytes : 1, ALIGNMENT);
}

/* 0, or why sley kept the process's malloc. Also what a linker is told to want (sley-jemalloc.pc),
 * because nothing else refers to this library. */
__attribute__((visibility("default"))) extern int sley_jemalloc_installed;
int sley_jemalloc_installed = -1;

__attribute__((constructor)) static void install(void)
{
    static const sley_allocator table = {sizeof table, allocate, release};

    sley_jemalloc_installed = sley_allocator_set(&table);
}
