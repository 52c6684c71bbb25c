/* sley/options.h: what sley_run, sley_runner and sley_loop_new can be told.
 *
 *     sley_run(main, arg, &SLEY_OPTIONS(.debug = true, .report_signal = SIGUSR1));
 *
 * Zero (and a NULL pointer instead of the struct) means the default of every field.
 */
#ifndef SLEY_OPTIONS_H
#define SLEY_OPTIONS_H

#include <sley/base.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

/* .workers: every processor that the affinity mask and the control group grant. */
#define SLEY_ALL_CPUS (-1)

/* .rescue_signal */
#define SLEY_NO_RESCUE (-1)

/* .backend: how operations are done; their results are the same. The environment is asked where the
 * program leaves it open. */
enum sley_backend {
    SLEY_BACKEND_AUTO = 0,  /* what SLEY_BACKEND of the environment says: "uring", "epoll" (-EINVAL:
                               anything else). Without it io_uring, or epoll where the kernel is too
                               old for that or refuses it, or a filter does, with ENOSYS, EPERM or
                               EINVAL; that is said once, on stderr */
    SLEY_BACKEND_URING = 1, /* io_uring or -SLEY_ENOURING */
    SLEY_BACKEND_EPOLL = 2  /* epoll: a system call for each operation; threads, 4 for each worker
                               at most, for files: open, read, write, fsync */
};

/* .on_deadlock: what to do when nothing of its own can wake a runtime: nothing is ready, no timer
 * runs (a sleep, a timeout), no thread of an executor has a job or a section of it, no descriptor
 * has a callback. If each of its tasks waits for another one (for its end, for a lock that it
 * holds, at a local primitive) that is a deadlock, and said at once, on stderr: the tasks, what
 * each waits for and who holds it, and the cycles. If other threads could end a wait (a future, a
 * shared primitive, a lock of a thread or of another runtime; a local primitive, if the program
 * was given the loop, into which any thread may call), or a future that has a callback (whom that
 * wakes nobody knows), or what is waited for at descriptors is this process's to write (pipes,
 * connections to itself, eventfds and, where the kernel has unix_diag, socket pairs), a hint is
 * given after 5 idle seconds (on the virtual clock at once), once. While one task waits for other
 * processes, for connections or a terminal nothing is said of any: of tasks of a server that wait
 * for each other sley_report tells. */
enum sley_on_deadlock {
    SLEY_DEADLOCK_REPORT = 0, /* say so once in the runtime's life, and go on waiting: another
                                 thread may still cancel a task, or call the loop */
    SLEY_DEADLOCK_RETURN = 1, /* say so and, if it is certain, make run return -SLEY_EDEADLOCK;
                                 sley_run then cancels the tasks, as after any other end */
    SLEY_DEADLOCK_IGNORE = 2  /* do not look; no hint either */
};

/* What an exception handler is told. Every pointer is borrowed for the call. */
typedef struct sley_exception {
    const char *message;  /* what happened, one line */
    intptr_t error;       /* the error, or 0 */
    const sley_error *detail;
    sley_future *future;  /* whose error it is, or NULL */
    sley_task *task;      /* the same, if it is a task */
} sley_exception;
/* Called by who comes upon the error, and must not suspend. On one loop that is the loop's thread
 * (of a loop that nobody runs: whose it is, loop.h). In a runtime of many workers it is any of
 * them, or any thread that gives a last reference back, one of an executor's pool, too; several may
 * call it at once. A worker whose handler computes is not rescued (.rescue_signal). */
typedef void sley_exception_handler(sley_loop *loop, const sley_exception *exception, void *arg);

typedef struct sley_options {
    size_t size;          /* set by SLEY_OPTIONS: lets the struct grow */
    int workers;          /* 0 and 1: one loop on the calling thread, asyncio's exact rules */
    unsigned ring_entries; /* of each ring's submission queue, 0: 256; halved if memory is short */
    size_t stack_size;    /* bytes of a fiber's stack, 0: 256 KiB; address space, not memory */
    bool debug;           /* asyncio's debug: reports slow callbacks, arguments in dead frames */
    bool virtual_clock;   /* time stands still while anything is ready, at any worker, or a thread
                             has a job or a section, then jumps to the next deadline; else nothing
                             ever waits. For tests. */
    enum sley_on_deadlock on_deadlock;
    int report_signal;    /* this signal prints every task (sley_report); 0: none */
    sley_duration shutdown_timeout; /* how long run waits for cancelled tasks before it insists
                                       with a sticky cancel; 0: 60 s */
    unsigned executor_threads; /* at most so many threads in the default executor; 0: cpus + 4,
                                  at most 32 */
    sley_duration slow_callback; /* 0: 100 ms. debug: report a task or callback that ran longer.
                             workers > 1, also without debug: report one that runs on and has not
                             suspended for so long, with its frames, meanwhile; at most 5 a minute
                             (a thread beside the workers looks when all of them are at work) */
    sley_exception_handler *exception_handler; /* NULL: prints to stderr */
    void *exception_arg;
    /* Called when nothing is ready, no timer runs and nothing is in flight: true if it made
     * something ready, false to let the loop wait. Runs on the loop's stack, must not suspend. */
    bool (*on_idle)(sley_loop *loop, void *arg);
    void *idle_arg;
    bool handle_sigint;   /* see runner.h; sley_run sets it */
    bool simulated_ring;  /* operations are done by plain calls, delayed, cut and reordered by
                             seed. For tests. */
    uint64_t seed;        /* of everything random in this runtime; 0: from the system */
    bool roaming_workers; /* workers > 1 are kept each on a processor of its own while they run (if
                             there are as many; the calling thread, too, and so the threads that the
                             program makes in tasks): true leaves that to the kernel */
    bool kernel_slices;   /* a thread asks for time slices of 0.7 ms while it runs a loop (Linux
                             6.12; its share of the processor stays the same, but it wakes sooner
                             beside others), which threads and processes made meanwhile inherit:
                             true leaves that to the kernel, too */
    int rescue_signal;    /* workers > 1: who idles sends this signal to one that computes without
                             suspending, so that what its ring and timers hold goes on elsewhere. 0:
                             SIGURG; SLEY_NO_RESCUE: never; -EINVAL: what cannot be caught, and
                             SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS. A handler that the
                             program has for it is called when anybody else sends it. */
    bool rescue_blocked;  /* who sits in a system call for long is sent that signal, too: the call
                             may then fail with EINTR */
    enum sley_backend backend; /* of every worker's ring */
} sley_options;

#define SLEY_OPTIONS(...) \
    SLEY_LITERAL_(sley_options, .size = sizeof(sley_options), __VA_ARGS__)

SLEY_END_DECLS
#endif
