/* sched/runtime.h: what the workers of a runtime share. With one worker: one loop. */
#ifndef SL_SCHED_RUNTIME_H
#define SL_SCHED_RUNTIME_H

#include "base/atomic.h"
#include "base/list.h"
#include "fiber/depot.h"
#include "os/pool.h"

#include <sley/options.h>
#include <sley/scope.h>

#include <pthread.h>

struct sl_ring_class;

/* What is known of a runtime that nothing of its own can wake: stuck.c. */
struct sl_stuck {
    sl_atomic_u32 looks;        /* somebody does */
    sl_atomic_u32 reminds;      /* a reminder is out, in a ring of the team's */
    sl_atomic_u64 since;        /* when the last worker went to sleep */
    sl_atomic_ptr doubt;        /* a task that kept it from being certain */
    sl_atomic_u32 over;         /* there is nothing more to say in this run */
    sl_atomic_u32 given;        /* the program has a loop: a thread may call into it */
    uint32_t turns;             /* what follows is of whoever looks: all workers', when it began; */
    uint64_t ran;               /* dispatches until then, */
    bool done;                  /* and what was to be said of them has been */
    bool hinted, said;
};

struct sl_runtime {
    struct sl_stuck stuck;
    sley_options options;
    sley_scope root;            /* every task's chain of scopes ends here */
    struct sl_list tasks;       /* all that are not done, oldest first */
    uint64_t tasks_created, tasks_ended;
    sley_exception_handler *exception_handler;
    void *exception_arg;
    struct sley_executor *executor; /* the default one, made when first needed */
    sl_atomic_u32 executor_jobs; /* jobs in threads whose result a loop here expects */
    sl_atomic_u32 readers;      /* callbacks of descriptors: what they may wake nobody knows */
    sl_atomic_u32 callbacks;    /* of futures that other threads may end: the same */
    sl_atomic_u32 executor_threads; /* of one loop: those that may still touch it */
    sl_atomic_u32 sleepers_lock; /* plain threads that wait for futures: task/sleeper.c */
    sley_links sleepers;
    uint32_t born;              /* sl_forks when it was made */
    int stack_class;            /* of a task that does not say */
    struct sley_task *main;     /* the runner's, which Ctrl-C cancels */
    const struct sl_ring_class *ring_class; /* of all its rings; NULL before the first */
    struct sl_team *team;       /* of many workers, or NULL; then also: */
    struct sl_pool_depot task_depot, future_depot;
    struct sl_stacks_depot stack_depot;
    sl_atomic_u32 guest_lock;   /* of what threads use that are no workers: */
    struct sl_pool guest_tasks, guest_futures;
    sl_atomic_u32 visitors;     /* threads of others that make a fiber of this one ready */
    sl_atomic_u32 closing;      /* run is over: tasks that are left are being ended */
};

/* How often this process is the child of a fork: written by its only thread (sched/fork.c). */
extern uint32_t sl_forks __attribute__((visibility("hidden")));

/* Is it the parent's? */
static inline bool sl_runtime_dead(const struct sl_runtime *runtime)
{
    return runtime->born != sl_forks;
}

/* Alive now. */
uint64_t sl_runtime_tasks(const struct sl_runtime *runtime);

#endif
