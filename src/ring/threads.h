/* ring/threads.h: a ring's own threads, for what may wait for a disk.
 *
 * An operation is theirs from submit until it comes back through sl_threads_done, which any of them
 * makes known by the ring's doorbell. */
#ifndef SL_RING_THREADS_H
#define SL_RING_THREADS_H

#include "ring/ring.h"

#include <pthread.h>

#define SL_THREADS_MOST 4

struct sl_threads {
    struct sl_ring *ring;
    pthread_mutex_t mutex;
    pthread_cond_t work;   /* something is queued, or it is the end */
    struct sl_list queue;  /* of operations that nobody has begun */
    unsigned count, idle, queued;
    bool closing;
    sl_atomic_ptr done;    /* struct sl_link of an operation, the newest first */
    pthread_t members[SL_THREADS_MOST];
};

void sl_threads_init(struct sl_threads *threads, struct sl_ring *ring);
/* Drops what is queued, waits for what has begun. */
void sl_threads_close(struct sl_threads *threads);
/* False: there is no thread, and none could (`may_start`: or should) be started. */
bool sl_threads_submit(struct sl_threads *threads, struct sl_op *op, bool may_start);
/* Those that nobody has begun end as cancelled ones: `op`, or of all (NULL) those on fd (< 0: on
 * any). */
void sl_threads_cancel(struct sl_threads *threads, struct sl_op *op, int fd);
/* What has been done, in that order: through link.next. */
struct sl_link *sl_threads_done(struct sl_threads *threads);

SL_INLINE bool sl_threads_any_done(const struct sl_threads *threads)
{
    return sl_load_relaxed(&threads->done) != NULL;
}

#endif
