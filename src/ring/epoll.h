/* ring/epoll.h: what the files of the ring of epoll share. README.md, "The ring of epoll". */
#ifndef SL_RING_EPOLL_H
#define SL_RING_EPOLL_H

#include "ring/deliver.h"
#include "ring/number.h"
#include "ring/perform.h"
#include "ring/threads.h"

#include <sys/epoll.h>

#define SL_EPOLL_EVENTS 256
#define SL_EPOLL_LOOK_NS 100000    /* who has something to do looks so often for what has come */
#define SL_EPOLL_LATER_NS 1000000  /* so often is tried what no event tells of */
#define SL_EPOLL_DOUBT_NS 25000000 /* who has waited for that or twice as long asks again */
#define SL_EPOLL_CHUNK 64
#define SL_EPOLL_ACCEPTS 64        /* of one multishot accept, in a turn */

/* Where an operation is that the ring has. */
enum sl_epoll_place {
    SL_EPOLL_LISTED, /* in one of the lists */
    SL_EPOLL_POOLED, /* the threads have it */
    SL_EPOLL_KEPT,   /* completed amid the program's code: its result waits for the owner's turn */
};

/* What is remembered of a descriptor's number. Zero is right. */
struct sl_watch {
    struct sl_list waiting;  /* operations; no list before the first */
    uint32_t events;         /* registered, or 0 */
    uint32_t ready;          /* events that have come since a call found nothing */
    uint32_t life;           /* of the number, when it was registered */
    uint32_t doubted;        /* the period in which a wait began on an old registration, or 0 */
    uint8_t kind;            /* enum sl_watch_kind */
};

enum sl_watch_kind { SL_WATCH_UNKNOWN, SL_WATCH_TCP, SL_WATCH_OTHER };

struct sl_epoll {
    int fd;
    bool coarse;             /* no epoll_pwait2: waits by milliseconds */
    bool amid;               /* in a signal handler */
    uint32_t asked;          /* operations in `fresh`: others look */
    struct sl_list fresh;    /* not tried yet */
    struct sl_list trying;   /* being tried in this turn */
    struct sl_list later;    /* no event will tell */
    struct sl_list kept;     /* SL_EPOLL_KEPT */
    unsigned reaped;         /* completions of this turn */
    int64_t looked_at;

    struct sl_watch **chunks; /* by number / SL_EPOLL_CHUNK */
    unsigned chunk_count;
    uint32_t period;          /* counts from 1 */
    unsigned doubts;          /* watches with `doubted` */
    int64_t doubt_at;         /* the period's end */

    struct sl_threads threads;
    sl_atomic_u32 alarms;     /* it is among those whose events ring */
    struct epoll_event events_storage[SL_EPOLL_EVENTS];
};

#define SL_EPOLL_DOORBELL UINT64_MAX /* of an event: the doorbell's */

/* epoll_watch.c */

/* What is remembered of a number; NULL: nothing (`make`: no memory). */
struct sl_watch *sl_epoll_watch(struct sl_epoll *epoll, int fd, bool make);
/* Sees to it that an event comes for what is ready now or later. 0, or epoll_ctl's error. */
int sl_epoll_register(struct sl_ring *ring, struct sl_watch *watch, int fd, uint32_t events);
/* Those who have waited for long on old registrations. */
void sl_epoll_doubt(struct sl_ring *ring);
void sl_epoll_watches_free(struct sl_epoll *epoll);

/* Is the registration this file's, as far as is known? */
SL_INLINE bool sl_watch_holds(const struct sl_watch *watch, int fd)
{
    return watch && watch->events && watch->life == sl_number_life(fd);
}

/* epoll_try.c */

/* Tries what has been submitted. */
void sl_epoll_try_fresh(struct sl_ring *ring);
/* Tries again what no event tells of. */
void sl_epoll_try_later(struct sl_ring *ring);
/* An event of a registration. */
void sl_epoll_happened(struct sl_ring *ring, const struct epoll_event *event);
/* What the threads have done. */
void sl_epoll_take_done(struct sl_ring *ring);
/* What was completed amid the program's code. */
void sl_epoll_deliver_kept(struct sl_ring *ring);

/* epoll_submit.c: what the class names */
void sl_epoll_submit(struct sl_ring *ring, struct sl_op *op);
void sl_epoll_cancel(struct sl_ring *ring, struct sl_op *op);
void sl_epoll_cancel_fd(struct sl_ring *ring, int fd);
void sl_epoll_cancel_all(struct sl_ring *ring);

/* epoll_open.c */
int sl_epoll_open(struct sl_ring *ring, unsigned entries);
void sl_epoll_close(struct sl_ring *ring);
void sl_epoll_forked(struct sl_ring *ring);

/* epoll.c: takes what has come, waiting up to wait_ns for something. As the class's turn. */
int sl_epoll_look(struct sl_ring *ring, int64_t wait_ns);

/* epoll_amid.c */
bool sl_epoll_waits(const struct sl_ring *ring);
void sl_epoll_turn_amid(struct sl_ring *ring);
bool sl_epoll_alarm(struct sl_ring *ring, bool on);
int sl_epoll_alarm_new(void);
void sl_epoll_alarm_heard(int alarm_fd);

#endif
