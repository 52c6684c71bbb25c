/* sley/gather.h: several results at once, in the order of the arguments.
 *
 * asyncio: gather(). The first error is the gather's, at once, while the others go on; with
 * SLEY_RETURN_EXCEPTIONS errors are results like any other. Cancelling the waiting task cancels
 * every child that is not done, and the gather ends when the last one has. The children's errors
 * count as retrieved. Results are copied when the gather returns: nothing writes to `out` later,
 * and on an error nothing is written at all. The same future may stand in several places.
 */
#ifndef SLEY_GATHER_H
#define SLEY_GATHER_H

#include <sley/base.h>
#include <sley/coro.h>
#include <sley/future.h>
#include <sley/task.h>

SLEY_BEGIN_DECLS

enum { SLEY_RETURN_EXCEPTIONS = 1 };

/* Makes a task of each coroutine and waits for all. 0 with n words in `out` (NULL: not wanted);
 * or the first error; -ENOMEM with nothing created. */
SLEY_SUSPENDS int sley_gather(intptr_t *out, size_t n, const sley_coro *coros, unsigned flags);
/* The same of futures and tasks that exist; the references stay the caller's. */
SLEY_SUSPENDS int sley_gather_futures(intptr_t *out, size_t n, sley_future *const *futures,
                                      unsigned flags);

/* The future form, for wait_for and for nesting: stores one reference in *gather. Its word is 0
 * or the error. 0, -ENOMEM, -SLEY_ENOLOOP, -SLEY_EWRONGLOOP. */
int sley_gather_start(sley_future **gather, size_t n, sley_future *const *futures, unsigned flags);
/* The i-th word of a gather that succeeded; -SLEY_EINVALIDSTATE else, -SLEY_EVALUE for i >= n. */
intptr_t sley_gather_result(const sley_future *gather, size_t i);

SLEY_END_DECLS

/* SLEY_GATHER(out, a, b, c): tasks and futures, mixed, without counting them (C only). */
#ifndef __cplusplus
#define SLEY_GATHER_N_(out, flags, ...)                                       \
    sley_gather_futures((out), sizeof((sley_future *[]){__VA_ARGS__}) / sizeof(sley_future *), \
                        (sley_future *[]){__VA_ARGS__}, (flags))
#define SLEY_GATHER(out, ...) SLEY_GATHER_N_((out), 0, __VA_ARGS__)
#endif
#endif
