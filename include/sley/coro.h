/* sley/coro.h: a coroutine is {fn, arg} by value, and nothing runs until it is awaited.
 * Awaiting one calls it on this stack. asyncio: coroutine objects. */
#ifndef SLEY_CORO_H
#define SLEY_CORO_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_coro {
    sley_fn *fn;
    void *arg;
} sley_coro;

static inline sley_coro sley_coro_of(sley_fn *fn, void *arg)
{
    sley_coro coro;
    coro.fn = fn;
    coro.arg = arg;
    return coro;
}
#define SLEY_CORO(fn, arg) (sley_coro_of((fn), (arg)))

/* Calls the coroutine and returns its word. Suspends if the function does. asyncio: await coro. */
SLEY_SUSPENDS intptr_t sley_coro_await(sley_coro coro);

SLEY_END_DECLS
#endif
