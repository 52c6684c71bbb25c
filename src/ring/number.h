/* ring/number.h: which life of its number a descriptor is in.
 *
 * Who remembers something about a number notes the life, and asks again if it is another one.
 * Numbers share counters: a life that seems to be another one and is not costs a question. What
 * closes or makes descriptors without telling goes unnoticed. */
#ifndef SL_RING_NUMBER_H
#define SL_RING_NUMBER_H

#include "base/atomic.h"
#include "base/check.h"

#define SL_NUMBER_LIVES 4096

extern sl_atomic_u32 sl_number_lives[SL_NUMBER_LIVES];

/* Before close(2), and when a new one has been given out. Relaxed: who is given the number has been
 * told of it, by the kernel or by whoever was. */
SL_INLINE void sl_number_renew(int fd)
{
    sl_add_relaxed(&sl_number_lives[(unsigned)fd % SL_NUMBER_LIVES], 1);
}

/* The same of what a call has given out, if it has: its result. */
SL_INLINE int sl_number_given(int fd)
{
    if (fd >= 0)
        sl_number_renew(fd);
    return fd;
}
SL_INLINE int sl_number_given_two(int rc, const int fds[2])
{
    if (rc >= 0) {
        sl_number_renew(fds[0]);
        sl_number_renew(fds[1]);
    }
    return rc;
}

SL_INLINE uint32_t sl_number_life(int fd)
{
    return sl_load_relaxed(&sl_number_lives[(unsigned)fd % SL_NUMBER_LIVES]);
}

#endif
