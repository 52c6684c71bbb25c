/* Runs in two threads at once: a signal is that of the run which took it first, stays that as long
 * as it lasts, and its previous action comes back; also where both begin and end at the same
 * moment. */
#include "each_workers.h"

#include <pthread.h>
#include <signal.h>

enum { ROUNDS = 25 }; /* a ring that is closed is the kernel's for a while still */

static _Atomic long arrived, first_runs, second_over;
static int workers;

static intptr_t nothing(void *arg)
{
    (void)arg;
    return sley_yield();
}

static sley_options own_options(void)
{
    return sl_test_options(&(sley_options){
        .workers = workers, .ring_entries = 4, .report_signal = SIGUSR1});
}

static void *runs(void *arg)
{
    sley_options options = own_options();
    long rounds = sl_test_slow() ? ROUNDS / 3 : ROUNDS;

    (void)arg;
    for (long i = 0; i < rounds; i++) {
        atomic_fetch_add(&arrived, 1);
        while (atomic_load(&arrived) < 2 * (i + 1))
            sched_yield();
        EXPECT_EQ(sley_run(nothing, NULL, &options), 0);
    }
    return NULL;
}

static bool by_default(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
           now.sa_handler == SIG_DFL;
}

/* Were the signal given back by a run that did not take it, this would be the process's end. */
static intptr_t outlasts(void *arg)
{
    atomic_store(&first_runs, 1);
    while (!atomic_load(&second_over))
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK(!by_default(SIGUSR1) && !by_default(SIGINT));
    return (intptr_t)arg;
}

static void *first(void *arg)
{
    sley_options options = own_options();

    EXPECT_EQ(sley_run(outlasts, arg, &options), 0);
    return NULL;
}

TEST_PLAIN(a_signal_has_one_owner)
{
    static const int counts[] = {1, 2, 4};

    signal(SIGINT, SIG_DFL); /* a background job's is ignored */
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pthread_t threads[2];

        workers = counts[i];
        atomic_store(&arrived, 0);
        for (int j = 0; j < 2; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, runs, NULL), 0);
        for (int j = 0; j < 2; j++)
            pthread_join(threads[j], NULL);
        CHECK_VOID(by_default(SIGINT) && by_default(SIGUSR1));

        atomic_store(&first_runs, 0);
        atomic_store(&second_over, 0);
        assert_int_equal(pthread_create(&threads[0], NULL, first, NULL), 0);
        await_word(&first_runs, 1);
        CHECK_EQ_VOID(sl_test_run(nothing, &(sley_options){.report_signal = SIGUSR1}), 0);
        atomic_store(&second_over, 1);
        pthread_join(threads[0], NULL);
        CHECK_VOID(by_default(SIGINT) && by_default(SIGUSR1));
    }
}
