/* task/offload.h: what this room needs of the one above it, src/offload. */
#ifndef SL_TASK_OFFLOAD_H
#define SL_TASK_OFFLOAD_H

#include <stdbool.h>

struct sley_future;
struct sley_loop;

struct sl_offload_calls {
    /* The loop is about to end: waits for its jobs. */
    void (*close)(struct sley_loop *loop);
    /* Of a future of the kind SL_FUTURE_JOB: */
    bool (*job_cancel)(struct sley_future *future);
    void (*job_free)(struct sley_future *future);
    const char *(*job_state)(const struct sley_future *future); /* for reports */
};
extern const struct sl_offload_calls *const sl_offload_calls; /* offload/job.c */

#endif
