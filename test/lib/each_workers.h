/* each_workers.h: the same main task on one loop, on two workers and on four. */
#ifndef SL_TEST_EACH_WORKERS_H
#define SL_TEST_EACH_WORKERS_H

#include "check.h"

#include <sched.h>
#include <stdatomic.h>

static unsigned sl_test_workers;

static inline void each_workers_arg(sley_fn *fn, void *arg)
{
    static const unsigned counts[] = {1, 2, 4};

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sley_options options = {.size = sizeof options, .workers = (int)counts[i]};

        sl_test_workers = counts[i];
        CHECK_EQ_VOID(sl_test_run_arg(fn, arg, &options), 0);
    }
}

static inline void each_workers(sley_fn *fn)
{
    each_workers_arg(fn, NULL);
}

/* How often a race is tried; less where each step costs more. */
static inline long sl_test_rounds(long n)
{
    return sl_test_setting("ROUNDS", sl_test_slow() ? n / 20 : n);
}

struct sl_test_race {
    intptr_t (*once)(void);
    long rounds;
};

static inline intptr_t sl_test_race_main(void *arg)
{
    const struct sl_test_race *race = (const struct sl_test_race *)arg;
    intptr_t rc = 0;

    for (long i = 0; i < race->rounds && rc == 0; i++)
        rc = race->once();
    return rc;
}

/* A race that the main task tries so often, until it fails. */
static inline void each_workers_race(intptr_t (*once)(void), long rounds)
{
    struct sl_test_race race = {once, sl_test_rounds(rounds)};

    each_workers_arg(sl_test_race_main, &race);
}

/* Waits in a plain thread until the word is what it is to be. */
static inline void await_word(_Atomic long *word, long wanted)
{
    for (unsigned turns = 0; atomic_load(word) != wanted; turns++)
        if (turns % 64 == 63)
            sched_yield();
}

#endif
