#include "os/held.h"

#include "base/atomic.h"

#include <dlfcn.h>
#include <pthread.h>

static sley_debug_held_fn *ask;

static void find(void)
{
    ask = (sley_debug_held_fn *)dlsym(RTLD_DEFAULT, SL_HELD_SYMBOL);
}

unsigned sl_held(uint64_t *serial, struct sl_held *held, unsigned room)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, find);
    return ask ? ask(serial, held, room) : 0;
}

bool sl_held_first(const void *site)
{
    static sl_atomic_ptr sites[SL_HELD_SITES];

    for (int i = 0; i < SL_HELD_SITES; i++) {
        void *there = sl_load_relaxed(&sites[i]);

        /* Nothing is published by a site: the exchange pairs with nothing but itself. */
        if (!there && sl_cas_acq_rel(&sites[i], &there, (void *)(uintptr_t)site))
            return true;
        if (there == site)
            return false;
    }
    return false;
}
