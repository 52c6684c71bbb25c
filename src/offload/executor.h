/* offload/executor.h: a pool of plain threads, and the jobs that loops give it.
 *
 * A job is a future that any thread may complete. Whether it is queued belongs to the pool's
 * mutex. */
#ifndef SL_OFFLOAD_EXECUTOR_H
#define SL_OFFLOAD_EXECUTOR_H

#include "base/list.h"
#include "task/future.h"

#include <sley/thread.h>

#include <pthread.h>

struct sley_executor {
    pthread_mutex_t mutex;
    pthread_cond_t work;     /* something is queued, or the pool closes */
    struct sl_list queue;    /* of jobs */
    unsigned most, threads;
    unsigned idle;           /* threads that wait, woken ones included until they run */
    unsigned queued;         /* work that nobody has taken */
    bool closing;
    uint32_t born;           /* sl_forks: a child has none of the threads */
    pthread_t members[];
};

/* What can be pooled: run(item) in some thread. */
struct sl_work {
    struct sl_link link;
    void (*run)(struct sl_work *work);
    sl_atomic_u32 begun; /* for reports */
};
/* For who has what it is a part of. */
SL_INLINE const char *sl_work_state(const struct sl_work *work)
{
    return sl_load_relaxed((sl_atomic_u32 *)(uintptr_t)&work->begun) ? "running" : "queued";
}

/* Queues work and sees that a thread will take it. 0, -ENOMEM (no thread could be started and none
 * is there), -SLEY_EFINISHED. */
int sl_executor_submit(struct sley_executor *executor, struct sl_work *work);
/* Takes work back that nobody has begun: true if it was still queued. */
bool sl_executor_withdraw(struct sley_executor *executor, struct sl_work *work);

/* The loop's default pool, made when first asked for; NULL: no memory. */
struct sley_executor *sl_executor_default(struct sley_loop *loop);

#endif
