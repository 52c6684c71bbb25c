/* sched/worker.h: a loop: the ready queue, the ring, the timers, and whose turn it is.
 *
 * sley_loop (public, opaque) is the state of one worker. Fields are touched by the thread that
 * runs the loop, except `inbox`, `asleep` and `signals`, which say so. */
#ifndef SL_SCHED_WORKER_H
#define SL_SCHED_WORKER_H

#include "base/atomic.h"
#include "fiber/exceptions.h"
#include "fiber/fiber.h"
#include "os/pool.h"
#include "os/signals.h"
#include "os/sys.h"
#include "ring/ring.h"
#include "sched/current.h"
#include "sched/inject.h"
#include "sched/runtime.h"
#include "sched/team.h"
#include "sched/timer.h"

#include <sley/loop.h>

struct sl_wait;

#define SL_PASS_DISPATCHES 64
#define SL_PASS_NS 200000

/* Work from other threads: a singly linked stack, newest first, turned round when it is taken. */
struct sl_inbox_item {
    struct sl_inbox_item *next;
    void (*run)(struct sley_loop *loop, struct sl_inbox_item *item);
};

/* HELD: nobody runs it, and a thread does what only the loop's own may (own.c). */
enum sl_loop_state { SL_LOOP_IDLE, SL_LOOP_RUNNING, SL_LOOP_CLOSED, SL_LOOP_HELD };

struct sley_loop {
    /* What a switch touches. */
    struct sl_fiber *current;    /* NULL while the loop's own context runs */
    struct sl_list ready;
    struct sl_link *batch_last;  /* sl_ready_pop */
    int32_t budget;              /* dispatches left in this pass; of many workers 0: what is
                                    quick for one loop then takes the other way */
    uint32_t in_user;            /* user code runs, not a call of ours: rescue.c may make a pass */
    void *hub;                   /* the saved context of the loop itself */
    struct sl_exceptions *exceptions; /* of the thread that runs it, for C++ */
    void *caller;                /* where the last that waited will return to: sync/alone.h */
    struct sl_stacks stacks;
    struct sl_runtime *runtime;
    struct sl_team *team;        /* of many workers; NULL: this is the only one */

    /* What a pass touches. */
    struct sl_wheel wheel;
    int64_t now;                 /* the clock when it was last read */
    int64_t pass_began;          /* of many workers: member->began */
    int64_t expired_at;          /* when timers last fired */
    int32_t budget_full;         /* of a pass: 1 ... SL_PASS_DISPATCHES, by what passes cost */
    uint64_t dispatches, passes;
    struct sl_ring *ring;        /* NULL before the first run */
    struct sl_ring ring_storage;
    pthread_t owner;             /* the thread that runs it, or did last */
    uint32_t state;              /* enum sl_loop_state; others read it, atomically */
    struct {
        uint64_t turn;           /* which it was */
        const struct sl_fiber *fiber;
        int64_t first;           /* when it was first called in it */
    } checkpoint;
    bool debug, virtual_clock;
    bool stop;                   /* leave after what is ready now */
    char debug_name[32];         /* of the task that runs, */
    uintptr_t debug_fn;          /* its function, 0: a callback runs, */
    uint64_t debug_locks;        /* and what the thread had locked when it began: task/watched.c */
    bool dropping;               /* the loop is being closed: calls are freed, not made */
    void *error;                 /* current detail outside of tasks: struct sley_error */
    uintptr_t context;           /* of the callback that runs: task/context.h */

    /* Of many workers. */
    struct sl_member *member;    /* what the others touch */
    struct sl_entry *taken;      /* to be dispatched first, by the hub */
    int32_t share_left;          /* dispatches left in this pass, */
    int32_t share_cut;           /* and those that it has no more: it was ended early */
    uint32_t in_a_row, picks;    /* share.c */
    int32_t inject_in;           /* picks until the injection queue goes first, */
    int64_t injected_at;         /* which it did then */
    int64_t turn_began;          /* while turns are timed, since the last long pass: slow.h */
    int64_t slow_at;
    bool timed;
    int32_t shared_left;         /* operations on shared primitives until the fiber that runs gives
                                    way: sync/shared.h */
    struct sley_context *stash;  /* task/context.h */
    uint32_t stashed;
    uint32_t index;
    bool searches, watches, watched, others, owes, alone; /* search.c */
    bool lingers;                /* quiet.c */
    bool gathers;                /* between passes: offers when the next one begins */
    uint64_t rested;             /* dispatches when it last went to sleep: stuck.c */
    bool ending;                 /* a fiber ends: whom it wakes is next here */
    uint8_t within;              /* user code runs that a call of ours has called: no pass */
    struct sl_entry *direct;     /* and goes there without a queue */
    struct sl_rng rng;

    /* Records. */
    sl_atomic_u64 tasks_created, tasks_ended; /* of many workers: here */
    struct sl_pool tasks, futures, handles;
    struct sl_runtime runtime_storage;

    /* From other threads and signal handlers. */
    sl_atomic_ptr inbox;         /* struct sl_inbox_item */
    struct sl_inbox_item *left;  /* the oldest first: what was taken from there and not run */
    sl_atomic_u32 asleep;        /* the owner waits, or is about to, in its ring */
    sl_atomic_u32 signals;       /* enum sl_loop_signal */
    pthread_t holder, held_by;   /* whose it is while nobody runs it; SL_OWN_HELD: own.c */
    struct sl_inject mine;       /* fibers of this loop that others have woken */
    sl_atomic_u32 wheel_lock;    /* of many workers: the wheel's, and what is in it */
    sl_atomic_u32 timers;        /* is any armed? For the owner, without the lock */
    struct sl_hook_fiber hook;   /* of the hub */
    struct sl_thread_signals thread_signals; /* the owner's, as they were */
    uint64_t slice;              /* and its time slice: os/slice.h */
};

enum sl_loop_signal { SL_SIGNAL_INTERRUPT = 1, SL_SIGNAL_REPORT = 2, SL_SIGNAL_TASKS = 4 };

/* ---- own.c: whose is it? ---- */

/* May this thread do what only the loop's own may? It runs the loop; or nobody does, and it made
 * the loop or ran it last: then nobody begins to before sl_own_end. */
enum sl_own { SL_OWN_NOT, SL_OWN_RUNS, SL_OWN_HELD };
SL_MUST_USE enum sl_own sl_own_begin(struct sley_loop *loop);
void sl_own_end(struct sley_loop *loop, enum sl_own own);
/* This thread uses a loop that does not run as its own. False: the loop is closed. */
bool sl_own_adopt(struct sley_loop *loop);
SL_INLINE bool sl_own_usable(struct sley_loop *loop)
{
    return SL_LIKELY(sl_shared_load_relaxed(&loop->state) == SL_LOOP_RUNNING) ||
           sl_own_adopt(loop);
}
/* This thread runs it from now on: 0, -SLEY_ERUNNING, -SLEY_EFINISHED; and leaves it. */
SL_MUST_USE int sl_own_run(struct sley_loop *loop);
void sl_own_leave(struct sley_loop *loop, enum sl_loop_state state);

/* ---- ready queue: one FIFO (FORMAT.md R1) ---- */

SL_INLINE void sl_ready_push(struct sley_loop *loop, struct sl_entry *entry)
{
    SL_DEBUG_CHECK(!loop->team || !loop->in_user);
    sl_list_push(&loop->ready, &entry->link);
}
/* asyncio runs its queue in batches (what was ready when the batch began), which shows only in
 * stop(): the batch is finished, later entries are left. batch_last is the last of the batch. */
SL_INLINE struct sl_entry *sl_ready_pop(struct sley_loop *loop)
{
    struct sl_link *first = loop->ready.head.next;

    if (first == &loop->ready.head)
        return NULL;
    if (!loop->batch_last) { /* a batch begins: with this one, if it has no others */
        if (first != loop->ready.head.prev)
            loop->batch_last = loop->ready.head.prev;
    } else if (first == loop->batch_last) {
        loop->batch_last = NULL;
    }
    sl_link_remove(first);
    first->next = NULL;
    return SL_CONTAINER(first, struct sl_entry, link);
}
/* Makes a fiber ready whose wait has ended. Any thread; `loop` is the caller's, or NULL. */
void sl_ready_wake(struct sley_loop *loop, struct sl_fiber *fiber);
/* Takes an entry back that is in the ready queue, in a timer's slot or among a future's waiters. */
SL_INLINE void sl_entry_withdraw(struct sley_loop *loop, struct sl_entry *entry)
{
    if (SL_UNLIKELY(&entry->link == loop->batch_last)) {
        struct sl_link *before = entry->link.prev;

        loop->batch_last = before == &loop->ready.head ? NULL : before;
    }
    sl_link_remove(&entry->link);
    entry->link.next = NULL;
}

/* ---- the public door: every public call that touches a loop's queues goes in and out here ---- */

/* User code is left. Only user code calls what enters: nothing of ours does, so that it need not be
 * kept who was there before. Pairs with sl_leave. */
SL_INLINE void sl_enter_loop(struct sley_loop *loop)
{
    SL_DEBUG_CHECK(loop->in_user);
    loop->in_user = 0;
    sl_signal_fence();
}
/* The same, of the running loop, which is returned; or NULL. */
SL_INLINE struct sley_loop *sl_enter(void)
{
    struct sley_loop *loop = sl_current();

    if (SL_LIKELY(loop != NULL))
        sl_enter_loop(loop);
    return loop;
}
SL_INLINE void sl_leave(struct sley_loop *loop)
{
    sl_signal_fence();
    loop->in_user = 1;
}

/* ---- timers ---- */

void sl_timer_arm_shared(struct sley_loop *loop, struct sl_timer *timer);
void sl_timer_disarm_shared(struct sley_loop *loop, struct sl_timer *timer);
/* Fires what is due in a wheel, its owner's or, for it, another worker's. */
void sl_timers_expire(struct sley_loop *of, struct sley_loop *by);
/* What only the owner may do: io/accept.c. */
extern void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry);

/* Of one loop its own, else the team's (still.c): relaxed, it moves while nobody runs. */
SL_INLINE int64_t sl_virtual_now(const struct sley_loop *loop)
{
    return loop->team ? (int64_t)sl_load_relaxed(&loop->team->clock) : loop->now;
}
SL_INLINE int64_t sl_loop_clock(struct sley_loop *loop)
{
    return loop->now = loop->virtual_clock ? sl_virtual_now(loop) : sl_sys.clock_now();
}
/* entry.run is what a due timer does; it runs on the loop's own stack. */
SL_INLINE void sl_timer_arm(struct sley_loop *loop, struct sl_timer *timer, int64_t deadline)
{
    timer->deadline = deadline;
    if (SL_UNLIKELY(loop->team != NULL))
        sl_timer_arm_shared(loop, timer);
    else
        sl_wheel_arm(&loop->wheel, timer);
}
/* Whoever leaves a wait unlinks its timer, armed or queued; `loop` is the one where it was
 * armed. Of many workers a timer acts under the wheel's lock: once this has returned, it does
 * not. */
SL_INLINE void sl_timer_disarm(struct sley_loop *loop, struct sl_timer *timer)
{
    if (SL_UNLIKELY(loop->team != NULL)) {
        sl_timer_disarm_shared(loop, timer);
        return;
    }
    if (!sl_timer_pending(timer))
        return;
    sl_wheel_disarm(&loop->wheel, timer);
    sl_entry_withdraw(loop, &timer->entry);
}

/* ---- running ---- */

/* Gives the worker to whoever is next; returns when `self` is run again. */
SLEY_SUSPENDS struct sley_loop *sl_worker_park(struct sley_loop *loop, struct sl_fiber *self);

/* Among many workers: the running fiber has had its turn. yield.c. */
SLEY_SUSPENDS struct sley_loop *sl_worker_give_way(struct sley_loop *loop);

/* Runs in the calling thread until loop->stop is set and the batch is finished.
 * 0; -SLEY_ERUNNING; the ring's error; -SLEY_EDEADLOCK. */
int sl_worker_run(struct sley_loop *loop);
/* The same between sl_own_run, which has returned 0, and leaving; and its steps. */
int sl_worker_run_claimed(struct sley_loop *loop);
void sl_worker_leave(struct sley_loop *loop);
int sl_worker_begin(struct sley_loop *loop);
void sl_worker_end(struct sley_loop *loop);
void sl_worker_dispatch(struct sley_loop *loop, struct sl_entry *entry);
/* Makes the calls of timers that are due. */
SL_INLINE void sl_worker_fire(struct sley_loop *loop, struct sl_list *due)
{
    struct sl_link *link;

    while ((link = sl_list_pop(due))) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);

        link->next = NULL;
        loop->dispatches++;
        entry->run(loop, entry);
    }
}
void sl_worker_adapt(struct sley_loop *loop, int64_t took, int32_t ran);

/* ---- member.c ---- */

/* One of many workers, in its own thread, until the team comes to rest. */
int sl_worker_run_member(struct sley_loop *loop);
/* All of them; in the thread of loop 0. As sl_worker_run_claimed. */
int sl_team_run(struct sley_loop *loop);
/* One pass without waiting; true if anything ran. */
bool sl_worker_run_once(struct sley_loop *loop);
void sl_worker_stop(struct sley_loop *loop);
/* Of many workers, at rest, no task left: makes the calls that were scheduled, which drop. */
void sl_worker_drop(struct sley_loop *loop);
void sl_worker_open(struct sley_loop *loop, struct sl_runtime *runtime);
/* backend.c: opens the loop's ring, of the runtime's kind. */
int sl_backend_open(struct sley_loop *loop);
/* What the options and the environment want (NULL: nobody cares), or what is wrong with that. */
const char *sl_backend_wanted(const sley_options *options, const struct sl_ring_class **class);
struct sl_ring *sl_worker_make_ring(struct sley_loop *loop, int *rc);
/* The ring, made when it is first needed; NULL and *rc if it cannot be had. */
SL_INLINE struct sl_ring *sl_worker_ring(struct sley_loop *loop, int *rc)
{
    *rc = 0;
    return SL_LIKELY(loop->ring != NULL) ? loop->ring : sl_worker_make_ring(loop, rc);
}
void sl_worker_close(struct sley_loop *loop);

/* ---- idle.c ---- */

/* Nothing is ready: sleeps, if there is nothing else to do; *turned tells that the ring has been
 * turned. False when the loop is to be left (a deadlock). */
bool sl_idle(struct sley_loop *loop, bool *turned);
/* The program's on_idle, if there is one: is there something to do now? */
bool sl_idle_ask(struct sley_loop *loop);
/* Does what other threads and signals have asked for. */
void sl_inbox_take(struct sley_loop *loop);
/* The same in a signal handler: what may not be done there is left. */
void sl_inbox_take_amid(struct sley_loop *loop);
/* What an item may do in a signal handler: io/operation.c. */
extern void (*const sl_inbox_amid)(struct sley_loop *loop, struct sl_inbox_item *item);

/* From other threads: */

/* Queues an item for the loop's thread and wakes it if it sleeps. */
void sl_inbox_post(struct sley_loop *loop, struct sl_inbox_item *item);
void sl_loop_signal(struct sley_loop *loop, uint32_t signal);
/* Wakes it if it sleeps: what it is to see has been stored. */
void sl_loop_ring(struct sley_loop *loop);

/* ---- stuck.c ---- */

enum sl_stuck_verdict {
    SL_STUCK_NOT,    /* or nobody can tell */
    SL_STUCK_AGAIN,  /* something has moved meanwhile */
    SL_STUCK_LATER,  /* not certain: to be asked again after a long time */
    SL_STUCK_SAID,
    SL_STUCK_LEAVE,  /* the run is to end with -SLEY_EDEADLOCK */
};
/* Nothing is to be done, for no time that is known, by the last worker that was awake: for how long
 * may it sleep? 0: it leaves. `reminded`: of many workers, see below; it has run nothing since. */
int64_t sl_stuck_rest(struct sley_loop *loop, bool reminded);
/* Of many workers: the reminder has come, to this one. */
void sl_stuck_reminded(struct sley_loop *loop);
/* A run begins; no worker runs yet. */
void sl_stuck_begin(struct sl_runtime *runtime);
/* The program gets the loop's pointer: any thread may now call into it. Written once: all workers
 * read that line. */
SL_INLINE void sl_stuck_given(struct sley_loop *loop)
{
    if (SL_UNLIKELY(!sl_load_relaxed(&loop->runtime->stuck.given)))
        sl_store_relaxed(&loop->runtime->stuck.given, 1);
}
/* For who has looked at all tasks: did nobody run, and can nobody, since the look began? */
bool sl_stuck_holds(struct sley_loop *loop);

/* ---- what the rooms above do; sched knows fibers, not tasks ---- */

struct sl_worker_calls {
    /* Runs a fiber's function to its end; returns the loop on which that was. The fiber's record
     * may be gone then; its stack is still in use. */
    struct sley_loop *(*main)(struct sley_loop *loop, struct sl_fiber *fiber);
    /* Ends a fiber that was cancelled before it ever ran. */
    void (*never_start)(struct sley_loop *loop, struct sl_fiber *fiber);
    /* A fiber with SL_FIBER_NOTED is about to begin: the flag is to be cleared. */
    void (*noted)(struct sley_loop *loop, struct sl_fiber *fiber);
    /* A signal's work, on the loop's thread. */
    void (*signalled)(struct sley_loop *loop, uint32_t signals);
    /* Nothing of its own can wake the runtime (but, after a `long` time, what is in flight): says
     * so, if it is so. */
    enum sl_stuck_verdict (*stuck)(struct sley_loop *loop, bool is_long);
    /* Does `task`, which was the runtime's once, wait for what others may end? */
    bool (*doubtful)(void *task);
    /* The thread that has run the loop leaves it. */
    void (*leaves)(struct sley_loop *loop);
    /* Debug mode: an entry ran this long. */
    void (*slow)(struct sley_loop *loop, int64_t ns);
    /* The running fiber's name and entry function. Also in a signal handler. */
    void (*named)(const struct sl_fiber *fiber, struct sl_stall *stall);
    /* A worker has been in one turn for long. */
    void (*stalled)(unsigned worker, const struct sl_stall *stall, bool blocked);
    /* Debug mode: an entry will run; NULL: it has run, and may be gone. */
    void (*held)(struct sley_loop *loop, struct sl_entry *entry);
};
extern const struct sl_worker_calls sl_worker_calls; /* task/runner.c */

#endif
