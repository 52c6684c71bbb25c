/* task/loop.h: a loop's life around its worker. */
#ifndef SL_TASK_LOOP_H
#define SL_TASK_LOOP_H

#include "task/task.h"

#include <sley/loop.h>

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
};

#endif
