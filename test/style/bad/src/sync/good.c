/* errno, malloc() and __thread in a comment are nobody's business. expect: none 0 */
#include "base/atomic.h"

#include <errno.h>

static const char *text = "errno __thread malloc(1) \" /* ";

int good(sl_atomic_u32 *word)
{
    sley_lock_release(0);
    /* Pairs with the
     * release in other.c. */
    return sl_load_acquire(word) ? -ENOMEM : sley_lock_acquire(text);
}
