/* os/held.h: the OS locks that the calling thread holds, if the library sley-debug is there.
 *
 * sley-debug (src/debug) stands between the program and pthread_mutex_lock and its family, linked
 * or preloaded, and libsley asks it by name at run time. Weak symbols would not do: the linker may
 * make them NULL for good in a program that was not linked with it. */
#ifndef SL_OS_HELD_H
#define SL_OS_HELD_H

#include "base/check.h"

#include <stdbool.h>

struct sl_held {
    const void *lock, *site; /* where its lock function was called */
    uint64_t serial;
};

/* What sley-debug exports: writes the locks that the calling thread has taken after the one of
 * number *serial and still holds, the newest first, and returns how many. Then *serial is the
 * number of the last one it took. */
typedef unsigned sley_debug_held_fn(uint64_t *serial, struct sl_held *held, unsigned room);
#define SL_HELD_SYMBOL "sley_debug_held"

/* Calls it; 0 without the library. */
unsigned sl_held(uint64_t *serial, struct sl_held *held, unsigned room);
/* Has nobody asked this for the site before? So many sites are remembered; then none is first. */
#define SL_HELD_SITES 64
bool sl_held_first(const void *site);

#endif
