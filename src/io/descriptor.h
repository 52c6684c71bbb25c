/* io/descriptor.h: closing, for the objects of this room. */
#ifndef SL_IO_DESCRIPTOR_H
#define SL_IO_DESCRIPTOR_H

#include "sched/worker.h"

/* sley_close for a caller that has entered; loop may be NULL. */
int sl_descriptor_close(struct sley_loop *loop, int fd);

#endif
