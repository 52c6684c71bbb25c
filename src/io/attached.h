/* io/attached.h: what this room leaves with a loop: readers, listeners, calls that wait for a free
 * descriptor. They hang in loop->readers. */
#ifndef SL_IO_ATTACHED_H
#define SL_IO_ATTACHED_H

#include "sched/worker.h"

struct sl_attached {
    struct sl_link link;
    /* The loop is being closed: lets go of it. Operations that are in flight are cancelled after
     * this, and complete while the ring is being closed. Takes itself out of the list. */
    void (*detach)(struct sley_loop *loop, struct sl_attached *attached);
    /* A descriptor has become free: true if it is going to be used. NULL: of no interest. */
    bool (*freed)(struct sley_loop *loop, struct sl_attached *attached);
};

#endif
