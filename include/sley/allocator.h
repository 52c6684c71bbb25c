/* sley/allocator.h: where sley's own memory comes from.
 *
 * libsley uses the process's malloc and replaces nobody's. The library sley-jemalloc fills this
 * table with an arena of jemalloc's before main; a program may fill it with its own.
 */
#ifndef SLEY_ALLOCATOR_H
#define SLEY_ALLOCATOR_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_allocator {
    size_t size; /* sizeof(sley_allocator) */
    /* Memory aligned to 16 bytes, or NULL. `arena` is a number >= 0 for each worker. */
    void *(*allocate)(size_t bytes, unsigned arena);
    /* Gives it back; bytes is what was asked for. Any thread. */
    void (*release)(void *memory, size_t bytes, unsigned arena);
} sley_allocator;

/* Before the first loop of the process is made: -EBUSY afterwards, -EINVAL for a table that lacks
 * something. The table is copied. */
int sley_allocator_set(const sley_allocator *allocator);

SLEY_END_DECLS
#endif
