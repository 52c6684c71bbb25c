/* ring/simulated.h: what simulated.c (when) and perform.c (what) share. */
#ifndef SL_RING_SIMULATED_H
#define SL_RING_SIMULATED_H

#include "ring/ring.h"

#include <poll.h>

struct sim_slot {
    struct sl_op *op;
    unsigned poll; /* its place in polls, whose first is the doorbell's */
};

struct simulated {
    struct sl_list live; /* every operation but the doorbell */
    int64_t turns;
    unsigned retries;    /* operations that must be tried again though poll(2) cannot tell when */
    unsigned room;       /* of the two arrays of a turn */
    struct sim_slot *slots;
    struct pollfd *polls;
};

/* Where an operation is: in sl_op.generation, which this ring does not need. */
enum { SIM_FRESH, SIM_CONNECTING, SIM_RETRY };

/* In the flags that sl_sim_perform gives back: -EAGAIN is the result, not "not yet". */
#define SIM_REPORT_EAGAIN (1u << 31)

/* What the operation waits for, or 0 if it can be tried at any time. */
short sl_sim_events(const struct sl_op *op);
/* May a signal interrupt it before it has done anything? */
bool sl_sim_interruptible(const struct sl_op *op);
/* Does it, once. -EAGAIN: not yet. *flags: IORING_CQE_F_MORE, SIM_REPORT_EAGAIN. */
int64_t sl_sim_perform(struct sl_ring *ring, struct sl_op *op, short revents, uint32_t *flags);

#endif
