/* sley/wait.h: waiting for several, for a while, for one after the other, and without taking it
 * along. asyncio: wait(), wait_for(), as_completed(), shield().
 */
#ifndef SLEY_WAIT_H
#define SLEY_WAIT_H

#include <sley/base.h>
#include <sley/coro.h>
#include <sley/future.h>
#include <sley/time.h>

SLEY_BEGIN_DECLS

enum sley_return_when {
    SLEY_ALL_COMPLETED,
    SLEY_FIRST_COMPLETED,
    SLEY_FIRST_EXCEPTION /* a cancelled one does not count as an exception */
};

/* Waits until the condition holds or the time is over, and returns how many are done (0 is an
 * answer: a timeout is no error and cancels nobody). Which ones: sley_future_done. -SLEY_EVALUE
 * for none; -ENOMEM; -ECANCELED (the futures go on). asyncio: wait(). */
SLEY_SUSPENDS ssize_t sley_wait(size_t n, sley_future *const *futures, sley_duration timeout,
                                enum sley_return_when return_when);

/* Waits for the future, but not longer: then it is cancelled, and -SLEY_ETIMEOUT is the answer
 * once it has ended (a word that it returned instead of ending cancelled is the answer).
 * A timeout of zero or less asks only whether it is done. Blocks a thread that runs no loop, as
 * sley_await does. asyncio: wait_for(). */
SLEY_SUSPENDS intptr_t sley_wait_for(sley_future *future, sley_duration timeout);
/* Two channels, as sley_await_into. */
SLEY_SUSPENDS int sley_wait_for_into(sley_future *future, sley_duration timeout,
                                     intptr_t *outcome);
/* The same of a coroutine, called on this stack. */
SLEY_SUSPENDS intptr_t sley_wait_for_coro(sley_coro coro, sley_duration timeout);

/* Waits for the future without handing it a cancel of the waiter: the waiter gets -ECANCELED, the
 * future goes on. asyncio: await shield(f). */
SLEY_SUSPENDS intptr_t sley_shield(sley_future *future);
/* The outer future of a shield, one reference, for wait_for and gather; `future` itself (one more
 * reference) if it is done. NULL: no memory. asyncio: shield(). */
sley_future *sley_shield_future(sley_future *future) SLEY_NODISCARD;

/* One after the other, in the order in which they end:
 *
 *     sley_as_completed each;
 *     sley_future *f;
 *     if ((rc = sley_as_completed_open(&each, n, futures, SLEY_FOREVER)) == 0)
 *         while ((rc = sley_as_completed_next(&each, &f)) > 0)
 *             use(sley_future_result(f));
 *     sley_as_completed_close(&each);
 *
 * next stores a borrowed future: 1; 0 after the last; -SLEY_ETIMEOUT when the time (counted from
 * open) is over, nothing is cancelled; -ECANCELED. asyncio: as_completed(). */
typedef struct sley_as_completed {
    void *_state;
    void *_spare[2];
} sley_as_completed;
int sley_as_completed_open(sley_as_completed *each, size_t n, sley_future *const *futures,
                           sley_duration timeout);
SLEY_SUSPENDS int sley_as_completed_next(sley_as_completed *each, sley_future **future);
void sley_as_completed_close(sley_as_completed *each);

SLEY_END_DECLS
#endif
