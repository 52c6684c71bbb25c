/* A plain thread that wakes a sleeper again and again: the same for sley and for the floors.
 *
 * The sleeper publishes what shall be woken and goes to sleep; the thread comes by every 200 us,
 * takes what it finds, notes the time and rings. */
#ifndef BENCH_WAKER_H
#define BENCH_WAKER_H

#include "clock.h"
#include "place.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { WAKER_PAUSE_US = 200 };

struct waker {
    _Atomic(void *) target;     /* whom to wake next; NULL: nobody is ready for it */
    _Atomic int64_t rang;       /* when it was rung */
    atomic_bool end;
    void (*ring)(void *target); /* in the thread */
    void (*begin)(void);        /* in the thread, before all; or NULL */
    bool apart;                 /* the sleeper on one processor, this thread on the next */
    pthread_t thread;
};

static inline void *waker_body(void *arg)
{
    struct waker *waker = (struct waker *)arg;
    if (waker->apart)
        place_on(1);
    if (waker->begin != NULL)
        waker->begin();
    while (!atomic_load(&waker->end)) {
        usleep(WAKER_PAUSE_US);
        void *target = atomic_exchange(&waker->target, NULL);
        if (target == NULL)
            continue;
        atomic_store(&waker->rang, clock_now_ns());
        waker->ring(target);
    }
    return NULL;
}

/* The calling thread is the sleeper; it is placed here, before it starts anything. */
static inline void waker_start(struct waker *waker)
{
    place_on(0);
    if (pthread_create(&waker->thread, NULL, waker_body, waker) != 0) {
        perror("pthread_create");
        exit(1);
    }
}

static inline void waker_join(struct waker *waker)
{
    atomic_store(&waker->end, true);
    pthread_join(waker->thread, NULL);
}

#endif
