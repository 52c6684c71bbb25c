/* sley/allocator.h: where sley's own memory comes from.
 *
 * libsley uses the process's malloc and replaces nobody's. The library sley-jemalloc fills this
 * table with jemalloc before main; a program may fill it with its own.
 */
#ifndef SLEY_ALLOCATOR_H
#define SLEY_ALLOCATOR_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

/* Bytes of the whole allocator, the program's own included where they share it; for sley_stats. */
typedef struct sley_allocator_figures {
    uint64_t allocated; /* in blocks that are in use */
    uint64_t active;    /* in pages that hold such blocks */
    uint64_t resident;  /* in memory, with what is kept for later */
} sley_allocator_figures;

typedef struct sley_allocator {
    size_t size; /* sizeof(sley_allocator) */
    /* Memory aligned to 16 bytes, or NULL. `arena` is a number >= 0 for each worker. */
    void *(*allocate)(size_t bytes, unsigned arena);
    /* Gives it back; bytes is what was asked for. Any thread. */
    void (*release)(void *memory, size_t bytes, unsigned arena);
    /* Fills in what it knows; the rest is 0 already. NULL: it knows nothing. Any thread. */
    void (*figures)(sley_allocator_figures *figures);
} sley_allocator;

/* Before the first loop of the process is made: -EBUSY afterwards, -EINVAL for a table that lacks
 * something. The table is copied. */
int sley_allocator_set(const sley_allocator *allocator);

SLEY_END_DECLS
#endif
