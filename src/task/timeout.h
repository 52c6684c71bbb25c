/* task/timeout.h: the edge form of a deadline, for wait_for. */
#ifndef SL_TASK_TIMEOUT_H
#define SL_TASK_TIMEOUT_H

#include "task/task.h"

#include <sley/timeout.h>

void sl_timeout_enter(struct sley_loop *loop, sley_timeout *timeout, sley_duration delay);
intptr_t sl_timeout_exit(struct sley_loop *loop, sley_timeout *timeout, intptr_t status);

#endif
