/* task/waits.h: who waits for whom: all tasks of a runtime as they stand, for reports. */
#ifndef SL_TASK_WAITS_H
#define SL_TASK_WAITS_H

#include "task/task.h"

/* One task as it was seen. `needs` are others without whose end, or release, it does not go on: */
struct sl_stand {
    struct sley_task *task;            /* of many workers a reference */
    const struct sl_wait_class *class; /* NULL: it does not wait */
    const void *object;
    size_t first, n;                   /* those in sl_waits.needs; */
    uint32_t child, sibling;           /* of a group, its children: places, from 1; 0: none */
    int fd;                            /* what it waits at, or -1 */
    bool others;                       /* somebody who is no task of the runtime may end the wait */
    uint32_t mark;                     /* rings.c */
};

struct sl_waits {
    struct sl_stand *stands;           /* oldest first; of many workers by their names */
    size_t n, room;
    uintptr_t *needs;                  /* places in stands, from 1; 0: of none of these tasks */
    size_t needed, needs_room;
    uint32_t *by_task;                 /* places, by the tasks' addresses */
    bool failed;
};

/* False: there is no memory for it. */
SL_MUST_USE bool sl_waits_take(struct sl_waits *waits, struct sley_loop *loop);
void sl_waits_drop(struct sl_waits *waits, const struct sley_loop *loop);
/* A task that waits for what others may end, or that does not wait, or NULL; allocates nothing and
 * does not know whether who holds a lock is one of the runtime's. Of many workers no reference. */
struct sley_task *sl_waits_doubt(struct sley_loop *loop);
bool sl_waits_doubtful(void *task);

/* The end of this future will bring about a call, which may wake anybody: does it count, because
 * other threads may end it? */
SL_MUST_USE bool sl_waits_call_comes(const struct sley_future *future);
/* The call has been made, or never will be. */
void sl_waits_call_over(const struct sley_future *future, bool counts);

/* ---- rings.c ---- */

/* Goes through those that one needs: the next one's place, or 0. */
struct sl_step {
    uint32_t place, sibling;
    size_t need;
};
struct sl_step sl_waits_step(const struct sl_waits *waits, const struct sl_stand *stand);
uint32_t sl_waits_next(const struct sl_waits *waits, struct sl_step *step);

/* Calls `tell` with the places (from 1) of each ring of tasks in which each waits for the next one,
 * the first by its name first. `alone`: only those that nobody else can break. */
typedef void sl_waits_tell(const struct sl_waits *waits, const uint32_t *ring, size_t n, void *arg);
void sl_waits_rings(struct sl_waits *waits, bool alone, sl_waits_tell *tell, void *arg);
/* Are all of a ring's tasks in it at this very moment? */
bool sl_waits_ring_holds(const struct sl_waits *waits, const uint32_t *ring, size_t n);

/* ---- for the classes of waits ---- */

struct sl_needs {
    void **into;  /* tasks, by their addresses: not to be looked at */
    size_t room, n;
    bool others;
};
void sl_needs_task(struct sl_needs *needs, const void *task);
/* The end of it, if it has not ended yet. */
void sl_needs_future(struct sl_needs *needs, const struct sley_future *future);
/* For a class whose object is the future. */
void sl_needs_object(const struct sl_wait *wait, struct sl_needs *needs);

/* ---- for rings.c ---- */

/* The wait of a task, held until it is released; NULL: it does not wait, and is not held. */
const struct sl_wait *sl_waits_hold(struct sley_task *task);
void sl_waits_release(struct sley_task *task);
/* What a held wait needs; false: it is about to end. */
SL_MUST_USE bool sl_waits_ask(const struct sl_wait *wait, struct sl_needs *needs);

#endif
