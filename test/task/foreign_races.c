/* Two plain threads complete, fail or cancel the same future at once: exactly one of them does, and
 * that is what everybody sees. The main task awaits it, gives it up, or waits for a callback. */
#include "each_workers.h"

#include <pthread.h>
#include <sched.h>

enum { FIRST = 100, SECOND = 200, FAILED = -1007, ROUNDS = 12000 };
enum { RESULTS, RESULT_AND_ERROR, RESULT_AND_CANCEL, CANCELS, PLANS };

static struct round {
    _Atomic(sley_future *) future;
    _Atomic long number; /* the round that they may begin */
    _Atomic long over;   /* how many threads have ended it */
    _Atomic int won[2];
    int plan;
    bool last;
} turn;

static bool completes(sley_future *future, int self, int plan)
{
    if (self == 0 && plan != CANCELS)
        return sley_future_set_result(future, FIRST) == 0;
    if (self == 1 && plan == RESULTS)
        return sley_future_set_result(future, SECOND) == 0;
    if (self == 1 && plan == RESULT_AND_ERROR)
        return sley_future_set_exception(future, sley_raise(FAILED, "by thread %d", self)) == 0;
    return sley_future_cancel(future);
}

static void *thread(void *arg)
{
    int self = arg != NULL;

    for (long number = 1;; number++) {
        sley_future *future;
        bool won;

        await_word(&turn.number, number);
        if (turn.last)
            return NULL;
        future = atomic_load(&turn.future);
        won = completes(future, self, turn.plan);
        EXPECT(sley_future_done(future) || !won);
        if (won && self == 1 && turn.plan == RESULT_AND_ERROR) {
            EXPECT_EQ(sley_future_exception(future), FAILED);
            EXPECT_TEXT(sley_error_text(sley_error_detail()), "by thread 1");
        }
        atomic_store(&turn.won[self], won);
        sley_future_drop(future);
        atomic_fetch_add(&turn.over, 1);
    }
}

static long expected(void)
{
    if (turn.plan == CANCELS)
        return -ECANCELED;
    if (turn.won[0])
        return FIRST;
    return turn.plan == RESULTS ? SECOND : turn.plan == RESULT_AND_ERROR ? FAILED : -ECANCELED;
}

static void count(sley_future *future, void *arg)
{
    (void)future;
    atomic_fetch_add((_Atomic long *)arg, 1);
}

/* Waits while the threads have something to do, and lets its own worker sleep. */
static void threads_are_over(void)
{
    for (int i = 0; atomic_load(&turn.over) < 2; i++)
        if (i < 100)
            sley_yield();
        else
            sley_sleep(sley_us(20));
}

static intptr_t once(long number)
{
    static _Atomic long called;
    sley_future *future = sley_future_new();
    intptr_t word = 0;

    CHECK(future != NULL);
    turn.plan = (int)(number % PLANS);
    atomic_store(&called, 0);
    atomic_store(&turn.over, 0);
    CHECK_EQ(sley_future_add_done_callback(future, count, &called), 0);
    for (int i = 0; i < 2; i++)
        sley_future_ref(future);
    atomic_store(&turn.future, future);
    atomic_store(&turn.number, number);
    if (number % 3 == 0) { /* they drop the last references, and tell of an error in vain */
        threads_are_over();
        word = sley_future_result(future);
        sley_future_drop(future);
    } else {
        word = sley_await(future);
        sley_future_drop(future);
        threads_are_over();
    }
    CHECK_EQ(turn.won[0] + turn.won[1], 1);
    CHECK_EQ(word, expected());
    for (int i = 0; i < 1000 && !atomic_load(&called); i++)
        CHECK_EQ(sley_yield(), 0);
    while (!atomic_load(&called)) /* among many workers: on another one */
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
    CHECK_EQ(called, 1);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS) / 4, number;
    /* On a busy machine a round can take as long as each of three has to wait for a processor. */
    sley_instant enough = sley_instant_add(sley_time(), sley_s(2));
    pthread_t threads[2];
    intptr_t rc = 0;

    atomic_store(&turn.number, 0);
    turn.last = false;
    CHECK(pthread_create(&threads[0], NULL, thread, NULL) == 0);
    CHECK(pthread_create(&threads[1], NULL, thread, &turn) == 0);
    for (number = 1; number <= rounds && rc == 0 && sley_time().ns < enough.ns; number++)
        rc = once(number);
    turn.last = true;
    atomic_store(&turn.number, number);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    (void)arg;
    return rc;
}

TEST_PLAIN(one_of_two_threads_completes_a_future)
{
    each_workers(body);
}
