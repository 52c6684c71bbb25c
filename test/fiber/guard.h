/* fiber/guard.h: what stands below a stack, by asking the kernel instead of by touching it. */
#ifndef SL_TEST_GUARD_H
#define SL_TEST_GUARD_H

#include "fiber/stack.h"
#include "os/sys.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* Would a store fault there? A pipe answers without a signal. */
static inline bool readable(const void *address)
{
    int ends[2];
    bool can = false;

    if (pipe(ends) == 0) {
        can = write(ends[1], address, 1) == 1;
        close(ends[0]);
        close(ends[1]);
    }
    return can;
}

#endif
