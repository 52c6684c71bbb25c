/* os/sys.h: the one table through which sley reaches the system: clock, memory, ring, threads.
 *
 * Tests replace entries: a fault at the n-th call, an older kernel, a clock of their own. Every
 * entry returns a value >= 0 (or a pointer) or -errno, and leaves errno alone where it matters. */
#ifndef SL_OS_SYS_H
#define SL_OS_SYS_H

#include <sley/allocator.h>
#include <sley/base.h>

#include <pthread.h>

struct epoll_event;
struct io_uring_params;

struct sl_sys {
    int64_t (*clock_now)(void); /* CLOCK_MONOTONIC, ns */
    uint64_t (*random)(void);

    void *(*allocate)(size_t bytes, unsigned arena); /* 16-byte aligned, not cleared; or NULL */
    void (*release)(void *memory, size_t bytes, unsigned arena);

    void *(*map)(size_t bytes); /* address space, private, zeroed on touch; or NULL */
    void (*unmap)(void *memory, size_t bytes);
    int (*advise)(void *memory, size_t bytes, int advice);
    int (*protect)(void *memory, size_t bytes, int protection);

    int (*ring_setup)(unsigned entries, struct io_uring_params *params);
    int (*ring_enter)(int fd, unsigned submit, unsigned complete, unsigned flags, const void *arg,
                      size_t size);
    int (*ring_register)(int fd, unsigned opcode, void *arg, unsigned n);

    int (*epoll_new)(void); /* close-on-exec */
    int (*epoll_control)(int fd, int how, int target, struct epoll_event *event);
    /* How many; wait_ns < 0: for ever. -ENOSYS before Linux 5.11: then by milliseconds. */
    int (*epoll_wait_ns)(int fd, struct epoll_event *events, int room, int64_t wait_ns);
    int (*epoll_wait_ms)(int fd, struct epoll_event *events, int room, int wait_ms);

    int (*thread_create)(pthread_t *thread, void *(*start)(void *), void *arg);
    int (*event_fd)(void); /* an eventfd, non-blocking, close-on-exec */
    int (*close)(int fd);
};

extern struct sl_sys sl_sys;

/* Reads the environment's fault settings once and makes the table final; called by whoever makes
 * the first runtime of the process. */
void sl_sys_start(void);

/* Zeroed memory, or NULL. */
void *sl_sys_allocate_zeroed(size_t bytes, unsigned arena);

/* What the allocator says of its memory; 0 if it does not. */
void sl_sys_figures(sley_allocator_figures *figures);

/* How often the allocator was asked, ever (for sley_stats and the steady-state tests). */
uint64_t sl_sys_allocations(void);

#endif
