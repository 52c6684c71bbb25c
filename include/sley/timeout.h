/* sley/timeout.h: a deadline around a block.
 *
 * asyncio's form (enter/exit) is an edge: at the deadline the task is cancelled once, and exit
 * turns the -ECANCELED that leaves the block into -SLEY_ETIMEOUT, unless an outer cancel came too.
 *
 *     sley_timeout limit;
 *     if ((rc = sley_timeout_enter(&limit, sley_ms(250))) == 0)
 *         rc = sley_timeout_exit(&limit, work());
 *
 * The macro is a sticky scope: from the deadline on, every suspending call inside returns
 * -SLEY_ETIMEOUT, so that `return n` is right as it stands.
 *
 *     sley_timeout limit = SLEY_TIMEOUT_INIT;
 *     SLEY_TIMEOUT(&limit, sley_ms(250))
 *         n = sley_recv(fd, buffer, sizeof buffer);
 *     if (sley_timeout_expired(&limit)) ...
 *
 * asyncio: timeout(), timeout_at(), Timeout.
 */
#ifndef SLEY_TIMEOUT_H
#define SLEY_TIMEOUT_H

#include <sley/base.h>
#include <sley/scope.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

/* Belongs to the task that enters it; stays valid after the scope, may not be entered twice. */
typedef struct sley_timeout {
    void *_timer[4];       /* in the loop's wheel, or queued */
    sley_instant _when;
    sley_task *_task;
    uint32_t _state;
    uint32_t _cancelling;  /* the task's counter at entry */
    sley_scope _scope;
    sley_loop *_loop;      /* in whose wheel */
    void *_spare[1];
} sley_timeout;

#define SLEY_TIMEOUT_INIT \
    {{NULL, NULL, NULL, NULL}, {0}, NULL, 0, 0, SLEY_SCOPE_INIT, NULL, {NULL}}

/* Arms the deadline. Zero, negative or past: due at the next pass, so that code before the first
 * suspension still runs. SLEY_FOREVER / SLEY_NEVER: none. Does not suspend, allocates nothing.
 * 0; -SLEY_ENOLOOP outside of a task. */
int sley_timeout_enter(sley_timeout *timeout, sley_duration delay);
int sley_timeout_enter_at(sley_timeout *timeout, sley_instant when);
/* Disarms it and returns `status`, the word that leaves the block, or -SLEY_ETIMEOUT in the place
 * of -ECANCELED if the deadline was what cancelled. */
intptr_t sley_timeout_exit(sley_timeout *timeout, intptr_t status);

/* Moves the deadline. 0; -SLEY_EFINISHED when it has passed or the block is left. */
int sley_timeout_reschedule(sley_timeout *timeout, sley_instant when);
sley_instant sley_timeout_when(const sley_timeout *timeout);
/* Has the deadline passed inside the block? Valid after it too. */
bool sley_timeout_expired(const sley_timeout *timeout);

/* The sticky form, for SLEY_TIMEOUT. */
void sley_timeout_scope_enter(sley_timeout *timeout, sley_duration delay);
void sley_timeout_scope_enter_at(sley_timeout *timeout, sley_instant when);
void sley_timeout_scope_exit(sley_timeout *timeout);

static inline void sley_timeout_scope_exit_(sley_timeout **timeout)
{
    sley_timeout_scope_exit(*timeout);
}

SLEY_END_DECLS

#define SLEY_TIMEOUT_SCOPE_(timeout, enter, when)                                                \
    for (sley_timeout * SLEY_UNIQUE(sley_t) __attribute__((cleanup(sley_timeout_scope_exit_))) = \
             (enter((timeout), (when)), (timeout)),                                              \
             *SLEY_UNIQUE(sley_o) = SLEY_UNIQUE(sley_t);                                         \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#define SLEY_TIMEOUT(timeout, delay) SLEY_TIMEOUT_SCOPE_(timeout, sley_timeout_scope_enter, delay)
#define SLEY_TIMEOUT_AT(timeout, when) \
    SLEY_TIMEOUT_SCOPE_(timeout, sley_timeout_scope_enter_at, when)
#endif
