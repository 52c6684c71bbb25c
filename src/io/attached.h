/* io/attached.h: what this room leaves with a ring: readers, listeners, calls that wait for a
 * free descriptor. */
#ifndef SL_IO_ATTACHED_H
#define SL_IO_ATTACHED_H

#include "sched/worker.h"

struct sl_attached {
    struct sl_attachment attachment;
    /* A descriptor has become free: true if it is going to be used. NULL: of no interest. */
    bool (*freed)(struct sley_loop *loop, struct sl_attached *attached);
};

SL_INLINE struct sl_attached *sl_attached_of(struct sl_link *link)
{
    struct sl_attachment *attachment = SL_CONTAINER(link, struct sl_attachment, link);

    return SL_CONTAINER(attachment, struct sl_attached, attachment);
}

SL_INLINE void sl_attach(struct sl_ring *ring, struct sl_attached *attached)
{
    sl_list_push(&ring->attached, &attached->attachment.link);
}

#endif
