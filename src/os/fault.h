/* os/fault.h: faults by order, for the fault runs of the test suite.
 *
 * SLEY_FAULT_ALLOC=N         the N-th request for memory, mapping, thread, eventfd, ring or epoll
 *                            descriptor fails, or epoll's watching another one
 * SLEY_FAULT_ALLOC_FOREVER=N and so does every one after it
 * SLEY_FAULT_COUNT=1         prints at exit how many requests there were:
 *                            "sley: N allocation sites"
 *
 * Without these nothing of this file is in any path. */
#ifndef SL_OS_FAULT_H
#define SL_OS_FAULT_H

void sl_fault_start(void);

#endif
