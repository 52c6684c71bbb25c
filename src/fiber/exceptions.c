#include "fiber/exceptions.h"

/* The C++ runtime's. Weak: sley neither needs nor brings one. */
struct sl_exceptions *__cxa_get_globals(void) __attribute__((weak));

struct sl_exceptions *sl_exceptions_of_thread(void)
{
    static struct sl_exceptions none;

    return __cxa_get_globals ? __cxa_get_globals() : &none;
}
