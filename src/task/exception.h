/* task/exception.h: errors that nobody else can take. */
#ifndef SL_TASK_EXCEPTION_H
#define SL_TASK_EXCEPTION_H

#include "task/future.h"

/* A failed future or task is freed and nobody has asked for its error. */
void sl_exception_never_retrieved(struct sley_loop *loop, struct sley_future *future);
/* Tells the handler; runs as user code on the stack it is called on. */
void sl_exception_report(struct sley_loop *loop, const char *message, struct sley_future *future,
                         intptr_t error);

#endif
