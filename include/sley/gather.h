/* sley/gather.h: several results at once, in the order of the arguments.
 *
 * asyncio: gather(). The first error is the gather's, at once, while the others go on (what their
 * arguments point at must live on: a task group is the form that waits for all). With
 * SLEY_RETURN_EXCEPTIONS errors are results like any other. Cancelling the waiting task cancels
 * every child that is not done, and the gather ends with the first of them that has ended cancelled
 * (with SLEY_RETURN_EXCEPTIONS: when the last one has ended). The children's errors count as
 * retrieved. Results are copied when the gather returns: nothing writes to `out` later, and on an
 * error nothing is written at all. The same future may stand in several places.
 * An error among the results is its code alone. Its detail is the future's: where it is wanted
 * gather futures (sley_ensure_future), and ask sley_future_exception or sley_gather_result.
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
/* The i-th word of a gather that succeeded (of an error the detail becomes the caller's);
 * -SLEY_EINVALIDSTATE else, -SLEY_EVALUE for i >= n. */
intptr_t sley_gather_result(const sley_future *gather, size_t i);

SLEY_END_DECLS

/* SLEY_GATHER(out, a, b, c): up to 16 tasks and futures, mixed, uncounted (C only). */
#ifndef __cplusplus
#define SLEY_GATHER(out, ...) SLEY_GATHER_WITH_((out), 0, __VA_ARGS__)
#define SLEY_GATHER_WITH_(out, flags, ...)                              \
    sley_gather_futures((out), SLEY_COUNT_(__VA_ARGS__),               \
                        (sley_future *[]){SLEY_FUTURES_(__VA_ARGS__)}, (flags))
#define SLEY_COUNT_(...) \
    (sizeof((const void *[]){__VA_ARGS__}) / sizeof(const void *))
#define SLEY_FUTURES_(...)                                                                  \
    SLEY_NTH_NAME_(SLEY_NTH_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, \
                                      3, 2, 1, 0))                                          \
    (__VA_ARGS__)
#define SLEY_NTH_NAME_(nth) SLEY_NTH_NAME__(nth)
#define SLEY_NTH_NAME__(nth) SLEY_F##nth##_
#define SLEY_NTH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, nth, ...) nth
#define SLEY_F1_(x) SLEY_FUTURE(x)
#define SLEY_F2_(x, ...) SLEY_FUTURE(x), SLEY_F1_(__VA_ARGS__)
#define SLEY_F3_(x, ...) SLEY_FUTURE(x), SLEY_F2_(__VA_ARGS__)
#define SLEY_F4_(x, ...) SLEY_FUTURE(x), SLEY_F3_(__VA_ARGS__)
#define SLEY_F5_(x, ...) SLEY_FUTURE(x), SLEY_F4_(__VA_ARGS__)
#define SLEY_F6_(x, ...) SLEY_FUTURE(x), SLEY_F5_(__VA_ARGS__)
#define SLEY_F7_(x, ...) SLEY_FUTURE(x), SLEY_F6_(__VA_ARGS__)
#define SLEY_F8_(x, ...) SLEY_FUTURE(x), SLEY_F7_(__VA_ARGS__)
#define SLEY_F9_(x, ...) SLEY_FUTURE(x), SLEY_F8_(__VA_ARGS__)
#define SLEY_F10_(x, ...) SLEY_FUTURE(x), SLEY_F9_(__VA_ARGS__)
#define SLEY_F11_(x, ...) SLEY_FUTURE(x), SLEY_F10_(__VA_ARGS__)
#define SLEY_F12_(x, ...) SLEY_FUTURE(x), SLEY_F11_(__VA_ARGS__)
#define SLEY_F13_(x, ...) SLEY_FUTURE(x), SLEY_F12_(__VA_ARGS__)
#define SLEY_F14_(x, ...) SLEY_FUTURE(x), SLEY_F13_(__VA_ARGS__)
#define SLEY_F15_(x, ...) SLEY_FUTURE(x), SLEY_F14_(__VA_ARGS__)
#define SLEY_F16_(x, ...) SLEY_FUTURE(x), SLEY_F15_(__VA_ARGS__)
#endif
#endif
