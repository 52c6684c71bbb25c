/* task/open.h: plain futures and jobs of a runtime of one loop, which any thread completes.
 *
 * An inbox item lies behind such a future, in its record. */
#ifndef SL_TASK_OPEN_H
#define SL_TASK_OPEN_H

#include "task/future.h"

struct sl_open {
    struct sley_future future;
    struct sl_inbox_item news; /* posted once: it is done; or it is to be freed */
};
_Static_assert(sizeof(struct sl_open) == 64, "a record of the pool of futures");

/* As sl_future_finish. */
bool sl_open_finish(struct sley_future *future, enum sl_future_state state, intptr_t word,
                    sley_error *error);
/* The last reference is gone. */
void sl_open_gone(struct sley_future *future);

/* sleeper.c: threads of the program's own, which run no loop. */

/* Wakes those that wait for it; it is done. */
void sl_sleeper_wake(struct sley_future *future);
/* Waits for the future, and returns its word as sley_await does; `drop`: and gives the reference
 * back. */
intptr_t sl_sleeper_await(struct sley_future *future, bool drop);
/* sley_await_into; sley_wait_for_into. */
int sl_sleeper_await_into(struct sley_future *future, intptr_t *outcome);
int sl_sleeper_wait_for(struct sley_future *future, sley_duration timeout, intptr_t *outcome);

#endif
