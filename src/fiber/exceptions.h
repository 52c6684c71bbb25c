/* fiber/exceptions.h: C++'s exception state, the thread's by nature, made the fiber's.
 *
 * A C++ runtime keeps for each thread the chain of the exceptions that handlers have caught and not
 * yet let go, and the count of those that still look for a handler. Both nest as the frames of one
 * stack do. So it is empty whenever a stack is changed: who has any when it leaves keeps it in a
 * frame of its own and puts it back when it goes on, in whatever thread that is. Nobody else looks
 * for anything, a fiber that begins finds none, and one that returns has none left. */
#ifndef SL_FIBER_EXCEPTIONS_H
#define SL_FIBER_EXCEPTIONS_H

#include "base/check.h"

#include <stdbool.h>

/* __cxa_eh_globals of the Itanium C++ ABI, which all the runtimes of Linux follow. */
struct sl_exceptions {
    void *caught;
    unsigned int uncaught;
};

/* The calling thread's. In a program without a C++ runtime it is one that is always empty, so that
 * a switch has one question to ask, not two. */
struct sl_exceptions *sl_exceptions_of_thread(void);

/* Is there anything that must not be left behind? */
SL_INLINE bool sl_exceptions_any(const struct sl_exceptions *threads)
{
    return SL_UNLIKELY(((uintptr_t)threads->caught | threads->uncaught) != 0);
}

/* Leaves none. */
SL_INLINE struct sl_exceptions sl_exceptions_take(struct sl_exceptions *threads)
{
    struct sl_exceptions taken = *threads;

    *threads = (struct sl_exceptions){0};
    return taken;
}

#endif
