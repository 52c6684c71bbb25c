/* sley/report.h: what every task is doing, and figures of the running loop. */
#ifndef SLEY_REPORT_H
#define SLEY_REPORT_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

/* Writes to a descriptor how many tasks the runtime has, and a line for each: name, entry
 * function, what it waits for and who holds that (of a descriptor: what it is), where it was
 * created, how much of its stack it has used (of many workers: if it waits). The order is that of
 * creation, of many workers that of the names. Then a line for each cycle (16 at most) of tasks in
 * which each waits for the next one and for nobody else; among many workers each was one at some
 * moment, and a task that waits for itself is not marked. (A timeout around a wait may still break
 * it.) The same is written to stderr on options.report_signal. For tasks and callbacks; does not
 * suspend, but write(2) may block the thread, and what it refuses is lost. 0; -ENOMEM: nothing is
 * written; -SLEY_ENOLOOP; -SLEY_EFORKED. */
int sley_report(int fd);

typedef struct sley_stats {
    size_t size;           /* set it to sizeof(sley_stats) */
    uint64_t tasks;        /* alive now */
    uint64_t tasks_created;
    uint64_t dispatches;   /* tasks and callbacks run */
    uint64_t passes;
    uint64_t enters;       /* system calls of the ring: io_uring_enter; on epoll one for each try
                              of an operation, registration and wait */
    uint64_t submitted;    /* operations given to the ring */
    uint64_t completed;
    uint64_t timers;       /* armed now */
    uint64_t stacks;       /* bound to memory, in use or kept */
    uint64_t allocations;  /* asked of the allocator, ever */
    uint64_t in_flight;    /* operations in the ring now */
    /* Bytes, of the whole process, if the allocator counts them as sley-jemalloc does; else 0. */
    uint64_t memory_allocated; /* in blocks that are in use */
    uint64_t memory_active;    /* in pages that hold such blocks */
    uint64_t memory_resident;  /* in memory, with what is kept for later */
    uint64_t rescues;          /* looks into a ring amid what a task computed (many workers) */
    const char *backend;       /* "io_uring", "epoll" or "simulated"; static; NULL: no ring yet, on
                                  the virtual clock before the first operation */
} sley_stats;

/* Figures of the running loop; of many workers of all of them, what each has counted as of its last
 * pass. 0; -SLEY_ENOLOOP; -SLEY_EFORKED; -EINVAL for a size it does not know. The size decides how
 * many of the fields are written. */
int sley_stats_get(sley_stats *stats);

/* The library's version, as "0.1.0". */
const char *sley_version(void);

SLEY_END_DECLS
#endif
