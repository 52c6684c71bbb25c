/* What a task of micro-soak does, and the books that are kept about it. */
#ifndef BENCH_SOAK_H
#define BENCH_SOAK_H

#include "random.h"

#include <sley.h>
#include <stdatomic.h>

extern long soak_workers;

/* One task's life: a few random steps. Copied into the task. */
struct life {
    uint64_t random;
    int depth;  /* of tasks that were made to be cancelled */
    int nested; /* of steps within deadlines */
};

/* The body of a task. 0, or its own end by a cancel, or an error of the program. */
intptr_t live(void *life);

/* Steps: see soak_steps.c. */
intptr_t step_put(struct life *life);
intptr_t step_get(struct life *life);
intptr_t step_lock(struct life *life);
intptr_t step_semaphore(struct life *life);

static inline sley_duration short_time(struct life *life, uint64_t limit_us)
{
    return sley_us((int64_t)random_below(&life->random, limit_us));
}

/* For what somebody gives back in any case: half of the time without an end, so that a wake that is
 * lost is not mended by a deadline. */
static inline sley_duration patience(struct life *life)
{
    return random_below(&life->random, 2) ? SLEY_FOREVER : short_time(life, 2000);
}

/* A deadline of our own that cut a call is no error. */
static inline intptr_t unless_late(const sley_timeout *limit, intptr_t rc)
{
    return rc == -SLEY_ETIMEOUT && sley_timeout_expired(limit) ? 0 : rc;
}

static inline intptr_t step_sleep(struct life *life)
{
    return random_below(&life->random, 2) ? sley_yield() : sley_sleep(short_time(life, 1000));
}

/* When no task lives: did everything that went in come out? 0 or an error. */
intptr_t soak_balance(void);
/* Frees what the shared objects hold. 0 or an error. */
intptr_t soak_close(void);
/* How many steps were done to their end. */
long soak_steps(void);

#endif
