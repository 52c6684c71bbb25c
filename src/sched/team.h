/* sched/team.h: what the workers of a runtime of many share.
 *
 * A runtime of one loop has no team: loop->team is NULL there, and none of this is touched. */
#ifndef SL_SCHED_TEAM_H
#define SL_SCHED_TEAM_H

#include "base/rng.h"
#include "os/cpus.h"
#include "os/spin.h"
#include "sched/deque.h"
#include "sched/inject.h"

#include <pthread.h>
#include <signal.h>

#define SL_TEAM_MOST 256u

struct sley_loop;

/* What a worker has done by the end of its last pass, for whoever asks. */
enum sl_figure {
    SL_FIGURE_DISPATCHES,
    SL_FIGURE_PASSES,
    SL_FIGURE_TIMERS,
    SL_FIGURE_ENTERS,
    SL_FIGURE_SUBMITTED,
    SL_FIGURE_COMPLETED,
    SL_FIGURE_IN_FLIGHT,
    SL_FIGURE_RESCUES,           /* signals it was sent, while it computed */
    SL_FIGURES
};

/* A turn that has lasted for long, for the report: stall.c. */
#define SL_STALL_FRAMES 24
struct sl_stall {
    sl_atomic_u32 state;         /* enum sl_stall_state */
    sl_atomic_u32 turns;         /* which it is: nobody asks for another one meanwhile */
    uintptr_t fn;                /* the entry function, 0: a callback */
    char name[48];
    int64_t since;               /* has it lasted; */
    int64_t ns;                  /* for how long, when this was noted */
    unsigned n;
    uintptr_t frames[SL_STALL_FRAMES];
};

/* What of a worker the others touch. */
struct sl_member {
    struct sl_deque deque;       /* ready, and anybody's */
    struct sl_inject mine;       /* ready, its own, from others */
    _Alignas(64) sl_atomic_u32 turns; /* counts what it dispatches: does it stand still? */
    sl_atomic_u64 figures[SL_FIGURES];
    unsigned in_flight;          /* still.c: in its ring when it went to sleep */
    sl_atomic_u32 quiet;         /* so many single offers need wake nobody: quiet.c */
    struct sley_loop *loop;
    pthread_t thread;            /* not of the first: that is the caller's */
    sl_atomic_u32 enlisted;      /* rescue.c: it runs; what follows is there */
    clockid_t clock;             /* of the processor time that its thread has had */
    timer_t tick;                /* by that clock */
    bool ticks;                  /* there is one */
    uint32_t ticked;             /* turns at the last one, */
    int64_t ticked_cpu;          /* and its thread's clock at the first one in that turn */
    sl_atomic_u32 kicked;        /* a signal is on its way to it */
    sl_atomic_u32 kickers;       /* who may be about to send one */
    pid_t tid;
    struct sl_stall stall;
    sl_atomic_u32 still;         /* when it was last looked at, it had dispatched nothing since */
    sl_atomic_u32 seen_turns;    /* the time before; turns then */
    sl_atomic_u64 began;         /* its pass, by the clock: its own note */
    sl_atomic_u32 alarms;        /* its ring rings: whoever looks has seen to it */
    sl_atomic_u32 blocked;       /* it has computed nothing since it was last found to be late */
    sl_atomic_u32 stuck_turns;   /* when it was last found to be late: turns, */
    sl_atomic_u64 stuck_since;   /* since when it has been in that turn, */
    sl_atomic_u64 stuck_at;      /* the clock, */
    sl_atomic_u64 stuck_cpu;     /* and its thread's */
    bool started;
};

/* A thread that looks where no worker can: sentry.c. */
struct sl_sentry {
    sl_atomic_u32 waits;         /* all sleep: it does not look until somebody goes to work */
    bool started, stop;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

enum sl_team_order { SL_TEAM_REST, SL_TEAM_OPEN, SL_TEAM_RUN, SL_TEAM_LEAVE };

/* Where fibers that are not pinned go when they become ready. */
enum sl_team_roams {
    SL_ROAMS_NOT,
    SL_ROAMS_AWAY,               /* to another worker than the one where they ran */
    SL_ROAMS_ANYWHERE            /* to any place in any queue, by the runtime's seed */
};

struct sl_team {
    struct sl_inject inject;     /* ready, nobody's yet */
    _Alignas(64) sl_atomic_u32 idle; /* how many sleep; above SL_TEAM_SEARCHES, how many search */
    sl_atomic_u32 watchers;      /* who look round, and sleep for a while only: search.c */
    sl_atomic_u32 fruitless;     /* how often searches find nothing, up to a limit: quiet.c */
    sl_atomic_u64 vain;          /* when somebody was last woken for nothing, or would have been */
    sl_atomic_u32 stopping;      /* the run is over: workers come to rest */
    sl_atomic_u64 looked_at;     /* when somebody last looked after all: rescue.c */
    sl_atomic_u64 called_at;     /* and when one was last rung for, to do so, or told to go on */
    sl_atomic_u64 left_at;       /* the same, by one who watched until then */
    sl_atomic_u32 called;        /* somebody is rung for to watch: search.c */
    int rescue_signal;           /* 0: nobody is rescued */
    int alarm_fd;                /* rung by the rings of those who are stuck; -1: none yet */
    sl_atomic_u64 stuck_until;   /* the first deadline in the wheels of those */
    sl_atomic_u32 report_lock;   /* of what follows, and of the lines of a report: stall.c */
    uint32_t reports;            /* so many since then: */
    int64_t reports_since;
    struct sl_sentry sentry;
    sl_atomic_u64 asleep[SL_TEAM_MOST / 64]; /* who sleeps and has not been woken */
    _Alignas(64) pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    enum sl_team_order order;
    uint64_t orders;             /* counts OPEN and RUN */
    unsigned at_work;            /* threads beside the caller's that have not come to rest */
    int failure;                 /* of a worker that could not open or run, or 0 */
    sigset_t mask;               /* of the thread that started the others: for a child after fork */
    unsigned n;
    bool opened;                 /* all have rings */
    bool steals;                 /* not with SLEY_STEAL=0 */
    bool crowded;                /* more workers than processors */
    bool pins;                   /* each worker to its processor */
    bool pinned;                 /* loop 0's thread is; it was allowed `before` */
    struct sl_cpus before;
    enum sl_team_roams roams;    /* SLEY_MIGRATE, for tests */
    sl_atomic_u32 roamed;        /* how often */
    bool counts_still;           /* still.c, for tests: */
    sl_atomic_u32 still_lock;    /* of what follows */
    unsigned still;              /* how many sleep */
    sl_atomic_u64 clock;         /* virtual: ns */
    struct sl_member members[];
};

#define SL_TEAM_SEARCHES 0x10000u

/* A team of n without its loops, or NULL. */
struct sl_team *sl_team_new(unsigned n, bool pins);
void sl_team_free(struct sl_team *team);
/* Makes a loop the worker `index`. Loop 0 is the one that the program runs. */
void sl_team_join(struct sl_team *team, unsigned index, struct sley_loop *loop);
/* The threads leave; each closes its own ring. Nothing runs, and no task is left. */
void sl_team_leave(struct sl_team *team);

/* Around a run of loop 0, by its thread, which has claimed it. 0, or the error of a thread that
 * could not be started, or of a ring that could not be made: then nobody runs, and nothing has
 * run. */
SL_MUST_USE int sl_team_begin(struct sl_team *team);
/* Once stopped: returns when all have come to rest; rc, or the failure of a worker. */
int sl_team_rest(struct sl_team *team, int rc);
/* Of all workers. Any thread. */
uint64_t sl_team_figure(struct sl_team *team, enum sl_figure figure);
/* The same with an error, by one of the workers. */
void sl_team_fail(struct sl_team *team, int rc);
/* Any thread: the run is to end. */
void sl_team_stop(struct sl_team *team);

#endif
