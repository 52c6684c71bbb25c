/* sley/error.h: errors are numbers, and a number may carry a detail.
 *
 * A call reports an error as a negative number in [-4095, -1]:
 *     -errno            what the system said: -ENOMEM, -EBADF, -ECONNRESET, ...
 *     -1000 ... -3799   the program's own
 *     -3800 ... -3999   sley's, named below (SLEY_E... is positive, like errno's names)
 * -ECANCELED always means "cancelled by sley"; asyncio.CancelledError. A deadline is
 * -SLEY_ETIMEOUT, because connect and keepalive report -ETIMEDOUT for a peer that is dead.
 * No function of sley reports through errno; <errno.h> is included for the names alone.
 *
 * A *detail* is a counted, immutable record: the code, a text, and for a group the list of errors
 * (which may themselves be groups). sley_raise() makes one. Every task has at most one current
 * detail; awaiting, gathering and leaving a group make the target's detail the caller's, and a
 * task that ends with that code hands it to whoever awaits it.
 */
#ifndef SLEY_ERROR_H
#define SLEY_ERROR_H

#include <errno.h>

#include <sley/base.h>

SLEY_BEGIN_DECLS

#define SLEY_ERROR_MIN (-4095)

enum {
    SLEY_ETIMEOUT = 3800,      /* a scope's deadline passed           asyncio: TimeoutError */
    SLEY_ECLOSED = 3801,       /* the descriptor or object was closed under the call */
    SLEY_EEMPTY = 3802,        /* nothing to take now                 asyncio: QueueEmpty */
    SLEY_EFULL = 3803,         /* no room now                         asyncio: QueueFull */
    SLEY_ESHUTDOWN = 3804,     /* the queue was shut down             asyncio: QueueShutDown */
    SLEY_EBROKEN = 3805,       /* the barrier is broken               asyncio: BrokenBarrierError */
    SLEY_EGROUP = 3806,        /* tasks of a group failed             asyncio: ExceptionGroup */
    SLEY_EINVALIDSTATE = 3807, /* done already, or not done yet       asyncio: InvalidStateError */
    SLEY_ENOTOWNER = 3808,     /* release of what is not held         asyncio: RuntimeError */
    SLEY_EWRONGLOOP = 3809,    /* bound to another loop or thread     asyncio: RuntimeError */
    SLEY_EVALUE = 3810,        /* a number out of range               asyncio: ValueError */
    SLEY_ERUNNING = 3811,      /* a loop runs already in this thread  asyncio: RuntimeError */
    SLEY_ENOLOOP = 3812,       /* no loop runs in this thread         asyncio: RuntimeError */
    SLEY_EDEADLOCK = 3813,     /* nothing can wake this loop again: options.on_deadlock */
    SLEY_ECYCLE = 3814,        /* tasks await each other in a ring    asyncio: RuntimeError */
    SLEY_ESTOPPED = 3815,      /* the loop stopped before the future was done */
    SLEY_EFINISHED = 3816,     /* a group, scope, loop, pool is over  asyncio: RuntimeError */
    SLEY_EITEREND = 3817,      /* no more items                       asyncio: StopAsyncIteration */
    SLEY_ENOURING = 3818,      /* io_uring is refused here, and options.backend or SLEY_BACKEND
                                  wants nothing else; the detail says by what */
    SLEY_EFORKED = 3819        /* the runtime belongs to the parent of this process */
};

/* Is this word an error? */
static inline bool sley_is_error(intptr_t word)
{
    return word < 0 && word >= SLEY_ERROR_MIN;
}

/* The symbolic name of an error ("ECANCELED", "SLEY_ETIMEOUT"), or NULL for a number that has none.
 * Takes the number with either sign. Any thread. */
const char *sley_error_name(intptr_t code);

/* A sentence about an error, never NULL; takes either sign. Any thread; the text is static. */
const char *sley_strerror(intptr_t code);

/* Gives the running task an error with a text (printf's rules, cut at 512 bytes) and returns
 * `code`, so that `return sley_raise(-1001, "n must not be %d", n);` is the usual form. Without
 * memory for the text the code alone is returned. asyncio: raise. Does not suspend. */
intptr_t sley_raise(intptr_t code, const char *format, ...) SLEY_PRINTF(2, 3);

/* Makes a detail that was kept the current one again, and returns its code (0 for NULL): the way
 * to go on with an error after other calls. Python: raise error. Does not suspend. */
intptr_t sley_reraise(const sley_error *error);

/* The current detail of the running task or callback, or, outside of a loop, of the thread (what
 * sley_run returned); borrowed until the next call of sley. NULL if the last error had none. */
const sley_error *sley_error_detail(void);

/* One more reference to a detail, and one fewer. drop accepts NULL. Any thread. */
sley_error *sley_error_ref(const sley_error *error);
void sley_error_drop(const sley_error *error);

/* What a detail says. NULL gives 0, "", 0 and NULL. The text of a group lists its errors. */
intptr_t sley_error_code(const sley_error *error);
const char *sley_error_text(const sley_error *error);
size_t sley_error_count(const sley_error *error);
const sley_error *sley_error_at(const sley_error *error, size_t i);

SLEY_END_DECLS
#endif
