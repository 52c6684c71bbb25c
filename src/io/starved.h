/* io/starved.h: what to do when the process has no descriptor left: wait until one may be free.
 *
 * Other processes and plain close(2) calls free descriptors, too, so nobody waits for a sley_close
 * alone: after SL_STARVED_NS one tries again. */
#ifndef SL_IO_STARVED_H
#define SL_IO_STARVED_H

#include "io/attached.h"

#include <errno.h>

#define SL_STARVED_NS 10000000

SL_INLINE bool sl_starved(int error)
{
    return error == -EMFILE || error == -ENFILE;
}

/* The running fiber waits. 0, or a cancel's code. */
SLEY_SUSPENDS int sl_starved_wait(struct sley_loop **loop);

/* An object that waits in its own way is counted, so that a close that nobody waits for looks for
 * nobody. Its attached->freed returns true if it tries now. */
void sl_starved_begin(void);
void sl_starved_end(void);

/* A descriptor has become free: one of this loop's that wait tries again. loop may be NULL. */
void sl_starved_freed(struct sley_loop *loop);

#endif
