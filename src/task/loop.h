/* task/loop.h: a loop's life around its worker. */
#ifndef SL_TASK_LOOP_H
#define SL_TASK_LOOP_H

#include "task/task.h"

#include <sley/loop.h>

/* A caller's options, of this or an older size, completed by zeros. 0 or -EINVAL. */
int sl_options_read(sley_options *into, const sley_options *options);

/* sley_loop_new for who keeps the loop for himself. */
int sl_loop_new(sley_loop **made, const sley_options *options);

/* Cancels what is left and runs until it has ended. */
enum sl_ending {
    SL_END_ASKING,    /* by an edge, like asyncio.run; insists after options.shutdown_timeout */
    SL_END_REPORTING, /* by a sticky cancel, and tells of each: the loop is being closed */
    SL_END_QUIETLY,   /* the same without a word: the run has failed, and its error says so */
};
void sl_loop_cancel_all(struct sley_loop *loop, enum sl_ending how);

/* Stops the loop when the future is done: an entry for the future's waiters. */
struct sl_stopper {
    struct sl_entry entry;
    struct sley_loop *loop;
    bool counts; /* as a call that other threads may bring about */
};

#endif
