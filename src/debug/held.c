/* sley-debug: notes which mutexes and read-write locks each thread holds.
 *
 * The functions here have the names of the C library's, so that the program and its libraries call
 * them, and call the real ones. What a thread holds is a short list of its own: no locks, no
 * memory, no system calls. A lock that another thread takes away from it stays in the list until
 * newer ones push it out, and is not reported again: who asks, asks for newer ones. */
#include "os/held.h"

#include "base/atomic.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define PUBLIC __attribute__((visibility("default")))
#define ROOM 16 /* a thread that holds more forgets the oldest */

/* Initial-exec: it is loaded with the program, and a lock function must not need memory. */
static __thread __attribute__((tls_model("initial-exec"))) struct {
    uint64_t serial;
    unsigned n;
    struct sl_held held[ROOM]; /* the oldest first */
} mine;

static void remove_at(unsigned i)
{
    mine.n--;
    memmove(&mine.held[i], &mine.held[i + 1], (mine.n - i) * sizeof *mine.held);
}

/* EOWNERDEAD: a robust mutex whose owner has died, and which is locked now. */
static int taken(int rc, const void *lock, const void *site)
{
    if (rc == 0 || rc == EOWNERDEAD) {
        if (mine.n == ROOM)
            remove_at(0);
        mine.held[mine.n++] = (struct sl_held){lock, site, ++mine.serial};
    }
    return rc;
}

static int given_back(int rc, const void *lock)
{
    for (unsigned i = mine.n; rc == 0 && i-- > 0;) {
        if (mine.held[i].lock == lock) {
            remove_at(i);
            break;
        }
    }
    return rc;
}

PUBLIC sley_debug_held_fn sley_debug_held;
unsigned sley_debug_held(uint64_t *serial, struct sl_held *held, unsigned room)
{
    unsigned n = 0;

    for (unsigned i = mine.n; i-- > 0 && mine.held[i].serial > *serial; n++)
        if (n < room)
            held[n] = mine.held[i];
    *serial = mine.serial;
    return n;
}

/* ---- the functions between ---- */

/* Every thread that comes first finds the same. */
static void *next(sl_atomic_ptr *cache, const char *name)
{
    void *fn = sl_load_relaxed(cache);

    if (!fn) {
        fn = dlsym(RTLD_NEXT, name);
        sl_store_relaxed(cache, fn);
    }
    return fn;
}

#define REAL(name)                                                    \
    ({                                                                \
        static sl_atomic_ptr cache_;                                  \
        (__typeof__(&name))next(&cache_, #name);                      \
    })
#define TAKES(name, type)                                                         \
    PUBLIC int name(type *lock)                                                   \
    {                                                                             \
        return taken(REAL(name)(lock), lock, __builtin_return_address(0));        \
    }
#define TAKES_UNTIL(name, type)                                                   \
    PUBLIC int name(type *restrict lock, const struct timespec *restrict until)   \
    {                                                                             \
        return taken(REAL(name)(lock, until), lock, __builtin_return_address(0)); \
    }
#define TAKES_BY_CLOCK(name, type)                                                \
    PUBLIC int name(type *restrict lock, clockid_t clock,                         \
                    const struct timespec *restrict until)                        \
    {                                                                             \
        return taken(REAL(name)(lock, clock, until), lock,                        \
                     __builtin_return_address(0));                                \
    }
#define GIVES(name, type)                                                         \
    PUBLIC int name(type *lock)                                                   \
    {                                                                             \
        return given_back(REAL(name)(lock), lock);                                \
    }

TAKES(pthread_mutex_lock, pthread_mutex_t)
TAKES(pthread_mutex_trylock, pthread_mutex_t)
TAKES_UNTIL(pthread_mutex_timedlock, pthread_mutex_t)
TAKES_BY_CLOCK(pthread_mutex_clocklock, pthread_mutex_t)
GIVES(pthread_mutex_unlock, pthread_mutex_t)

TAKES(pthread_rwlock_rdlock, pthread_rwlock_t)
TAKES(pthread_rwlock_wrlock, pthread_rwlock_t)
TAKES(pthread_rwlock_tryrdlock, pthread_rwlock_t)
TAKES(pthread_rwlock_trywrlock, pthread_rwlock_t)
TAKES_UNTIL(pthread_rwlock_timedrdlock, pthread_rwlock_t)
TAKES_UNTIL(pthread_rwlock_timedwrlock, pthread_rwlock_t)
TAKES_BY_CLOCK(pthread_rwlock_clockrdlock, pthread_rwlock_t)
TAKES_BY_CLOCK(pthread_rwlock_clockwrlock, pthread_rwlock_t)
GIVES(pthread_rwlock_unlock, pthread_rwlock_t)
