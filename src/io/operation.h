/* io/operation.h: the one way in which a fiber runs an operation and waits for it. */
#ifndef SL_IO_OPERATION_H
#define SL_IO_OPERATION_H

#include "io/starved.h"
#include "ring/kernel.h"
#include "sched/wait.h"

/* Lies on the fiber's stack until its completion. */
struct sl_operation {
    struct sl_op op;
    struct sl_wait wait; /* wait.taken: the cancel that the result reports, or that it used up */
    struct sley_loop *loop; /* whose ring has it */
    struct sl_inbox_item mail; /* a cancel from another worker, on its way to that ring */
    bool ended;          /* it has completed, while a cancel was on its way */
};

bool sl_operation_cancel(struct sley_loop *loop, struct sl_wait *wait);
bool sl_operation_cancel_held(struct sley_loop *loop, struct sl_wait *wait);

int sl_operation_descriptor(const struct sl_wait *wait);

#define SL_OPERATION_CLASS(name)                                  \
    {.reason = (name),                                            \
     .cancel = sl_operation_cancel,                               \
     .cancel_held = sl_operation_cancel_held,                     \
     .descriptor = sl_operation_descriptor,                       \
     .completes = true}

/* Runs operation->op in the running fiber: a suspension point even if it completes at once. >= 0
 * or an error, by the rules of sley/descriptor.h. A descriptor below 0 is none (open). */
SLEY_SUSPENDS int sl_operation_run(struct sley_loop **loop, struct sl_operation *operation,
                                   const struct sl_wait_class *class);

/* The same as a public call's whole body: -SLEY_ENOLOOP outside of fibers. */
SLEY_SUSPENDS int sl_operation_call(struct sl_operation *operation,
                                    const struct sl_wait_class *class);

/* Runs it again and again, each time with what is left of buffer and length, until all of it has
 * been transferred. What was transferred if that is more than 0, else the error. */
SLEY_SUSPENDS ssize_t sl_operation_call_all(struct sl_operation *operation, size_t size,
                                            const struct sl_wait_class *class);

/* A transfer never asks for more: the kernel would cut it there as well. */
#define SL_LARGEST_TRANSFER ((size_t)0x7ffff000)
SL_INLINE uint32_t sl_operation_length(size_t size)
{
    return (uint32_t)(size < SL_LARGEST_TRANSFER ? size : SL_LARGEST_TRANSFER);
}

#endif
