/* task/loop.h: a loop's life around its worker. */
#ifndef SL_TASK_LOOP_H
#define SL_TASK_LOOP_H

#include "task/task.h"

#include <sley/loop.h>

/* Cancels what is left (by an edge, like asyncio.run; insists with a sticky cancel after
 * options.shutdown_timeout) and runs until it has ended, reporting errors. */
void sl_loop_cancel_all(struct sley_loop *loop, bool at_once);

/* Stops the loop when the future is done: an entry for the future's waiters. */
struct sl_stopper {
    struct sl_entry entry;
};

#endif
