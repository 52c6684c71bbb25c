/* ring/ring.h: the seam between the loop and the kernel: operations in, completions out.
 *
 * Three implementations: io_uring (uring.c), epoll (epoll.c) where that is refused, and a simulated
 * one (simulated.c), delayed, cut, reordered and failed by seed. One thread owns a ring: the one
 * that opened it. */
#ifndef SL_RING_RING_H
#define SL_RING_RING_H

#include "base/atomic.h"
#include "base/rng.h"
#include "ring/op.h"

#include <sley/base.h>

#include <sys/types.h>

/* A turn that has reaped so many completions does not look for more (unless `thorough`): they
 * keep the loop busy, and the next turn, which has operations to submit, reaps the rest in the
 * same system call. */
#define SL_RING_ENOUGH 32

/* Entries of a submission queue, unless the program wants others. */
#define SL_RING_ENTRIES 256

struct sl_ring_class {
    const char *name;
    /* Makes the ring in the calling thread. 0 or -errno. */
    int (*open)(struct sl_ring *ring, unsigned entries);
    void (*close)(struct sl_ring *ring);
    /* In the child of a fork: gives up what is the parent's, so that close only releases memory.
     * NULL: nothing is. */
    void (*forked)(struct sl_ring *ring);
    /* Queues an operation; it goes to the kernel with the next turn. Never fails: what finds no
     * room waits in the backlog. */
    void (*submit)(struct sl_ring *ring, struct sl_op *op);
    /* Asks for the cancel of an operation that is queued here. Its own completion follows. */
    void (*cancel)(struct sl_ring *ring, struct sl_op *op);
    /* The same for all operations on a descriptor. It may hit operations on other descriptors of
     * the same file, too: who gets an -ECANCELED that nobody asked for tries again. */
    void (*cancel_fd)(struct sl_ring *ring, int fd);
    /* The same for everything, the doorbell included. */
    void (*cancel_all)(struct sl_ring *ring);
    /* Is there anything that a turn without waiting would do? A few loads. */
    bool (*pending)(struct sl_ring *ring);
    /* Submits what is queued and reaps what has completed, with at most one system call if the
     * kernel has no more than that; waits up to wait_ns for a completion if there is none
     * (0: does not wait; INT64_MAX: for ever). 0, -EINTR (waited, a signal came), -ETIME (waited
     * in vain). A turn that submitted as well answers 0 for either, because the kernel does. */
    int (*turn)(struct sl_ring *ring, int64_t wait_ns);
    /* For a ring whose owner does not come to turn it: all are NULL where that cannot be had.
     * Would a turn do anything? Any thread; a hint. */
    bool (*waits)(const struct sl_ring *ring);
    /* The owner's, in a signal handler that has interrupted code of the program's: a turn without
     * waiting, which keeps the completions that their operations want kept (sl_op.keeps), and all
     * that follow of such an operation, for the next turn. */
    void (*turn_amid)(struct sl_ring *ring);
    /* From now on, or no longer: what there is for a turn rings ring->alarm_fd. Any thread, once a
     * turn amid has been made: true if it will. */
    bool (*alarm)(struct sl_ring *ring, bool on);
    /* A new alarm_fd, for many rings, or -errno; and: it has rung, and may again. */
    int (*alarm_new)(void);
    void (*alarm_heard)(int alarm_fd);
};

/* First member of whatever keeps operations in a ring beyond a call (readers, listeners). */
struct sl_attachment {
    struct sl_link link;
    /* The ring is being closed: takes itself out of the list. What it has in flight is cancelled
     * after this and completes before the ring is gone. */
    void (*detach)(struct sl_ring *ring, struct sl_attachment *attachment);
};

struct sl_ring {
    const struct sl_ring_class *class;
    unsigned in_flight;     /* operations whose completion is due, the doorbell excluded */
    bool thorough;          /* the owner's wish: turns reap all there is, however much */
    bool polls_first;       /* a receive may be told to wait before it tries: Linux 5.19 */
    bool closing;           /* being drained: who would queue again what was cancelled gives up */
    uint64_t enters;        /* system calls */
    uint64_t submitted, completed;
    int doorbell_fd;        /* eventfd, -1 before open */
    struct sl_op doorbell;  /* always armed */
    struct sl_op watch;     /* on the alarm of others; sl_ring_watch */
    struct sl_op reminder;  /* a timeout that makes no sleep a timed one: sl_ring_remind */
    struct { int64_t s, ns; } remind_in; /* as the kernel has it */
    bool reminds;           /* this kind of ring can: a turn's wait_ns must do else */
    bool reminded;          /* it has come: the owner clears it */
    int alarm_fd;           /* of whoever watches over this ring, or -1 */
    bool alarmed;           /* what is watched has rung */
    struct sl_list backlog; /* operations that found no room */
    struct sl_list attached; /* struct sl_attachment */
    struct sl_list ended;   /* cancelled in the backlog: complete with the next turn */
    void *state;            /* the implementation's */
    struct sl_rng rng;      /* the simulated ring's */
    const struct sl_ring_class *was; /* the class, in the child of a fork */
    const char *refusal;    /* why open failed: a sentence, or NULL */
    pid_t owner;            /* the thread that opened it: nobody else submits or turns. By the
                               kernel's name: a pthread_t is another's once this one is joined */

    /* What other threads may touch. */
    uint32_t id;            /* not 0, of this ring alone; never changes while it is open */
    sl_atomic_u32 mail;     /* a descriptor to cancel (number + 1), or SL_RING_MAIL_ALL */
    struct sl_link open;    /* among the open rings, under their lock */
};

#define SL_RING_MAIL_ALL UINT32_MAX

extern const struct sl_ring_class sl_ring_uring;
extern const struct sl_ring_class sl_ring_epoll;
extern const struct sl_ring_class sl_ring_simulated;

/* Opens a ring of the class with a doorbell armed; 0, -errno. -SLEY_ENOURING: refused. */
int sl_ring_open(struct sl_ring *ring, const struct sl_ring_class *class, unsigned entries,
                 uint64_t seed);
/* Detaches what is attached, cancels what is in flight, waits for its completions and closes.
 * Another thread than the owner may do it when nothing is in flight; otherwise the kernel cancels,
 * and nobody hears of the completions. */
void sl_ring_close(struct sl_ring *ring);
/* Was it opened by this thread? */
bool sl_ring_is_own(const struct sl_ring *ring);

/* Cancels the operations on a descriptor on every ring of the process but `self` (or NULL), each
 * by its own thread. Any thread; allocates nothing. */
void sl_ring_cancel_elsewhere(const struct sl_ring *self, int fd);

/* Around a fork: nobody opens or closes a ring meanwhile. In the child the parent's rings are
 * detached from the kernel: they take whatever is asked and do nothing. */
void sl_rings_lock(void);
void sl_rings_unlock(void);
void sl_rings_forked(void);

/* doorbell.c: the owner's; `alarmed` is set when the eventfd has been rung, once. */
void sl_ring_watch(struct sl_ring *ring, int alarm_fd);

/* doorbell.c: the owner's, where the ring `reminds`: it is woken after `ns` or when the reminder
 * that is out already is due. */
void sl_ring_remind(struct sl_ring *ring, int64_t ns);

/* doorbell.c: wakes the thread that waits in a turn. Any thread, and signal handlers. */
void sl_ring_ring(const struct sl_ring *ring);

#endif
