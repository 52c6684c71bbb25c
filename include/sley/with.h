/* sley/with.h: async with, for anything that has an enter and an exit.
 *
 *     SLEY_WITH(sley_lock_acquire(&lock), sley_lock_release(&lock))
 *         ...                       runs if enter returned >= 0; exit runs at its end
 *
 * break and continue leave the block and run the exit; `return` and goto out of it do not (use
 * SLEY_GUARD, or enter and exit by hand, where a block returns from its middle). The status of
 * enter is lost if it is an error: ask for it where it matters.
 */
#ifndef SLEY_WITH_H
#define SLEY_WITH_H

#include <sley/base.h>

#define SLEY_WITH(enter, exit)                                                              \
    for (int SLEY_UNIQUE(sley_w) = ((enter) < 0); !SLEY_UNIQUE(sley_w);                     \
         SLEY_UNIQUE(sley_w) = 1, (void)(exit))                                             \
        for (int SLEY_UNIQUE(sley_b) = 0; !SLEY_UNIQUE(sley_b); SLEY_UNIQUE(sley_b) = 1)

#endif
