/* Plain threads complete, fail and cancel futures that tasks on all workers await, alone, in a
 * gather and in a wait, while one of these tasks is cancelled: a future has one end, everybody who
 * awaits it sees that one, and only who was asked may end cancelled instead. */
#include "many.h"

#include <pthread.h>
#include <sley/gather.h>

enum { FUTURES = 3, AWAITERS = 2, THREADS = 2, ROUNDS = 250, FAILED = -1043 };
enum { VALUE, ERROR, CANCEL, NOTHING, PLANS };

static struct {
    _Atomic(sley_future *) futures[FUTURES];
    int plans[THREADS][FUTURES];
    _Atomic bool won[THREADS][FUTURES];
    _Atomic long number, over; /* the round that may begin; how many threads have ended it */
    bool last;
} turn;

/* ---- the threads ---- */

static intptr_t word_of(int thread, int i)
{
    int plan = turn.plans[thread][i];

    return plan == VALUE ? 100 * (thread + 1) + i : plan == ERROR ? FAILED - thread : -ECANCELED;
}

static bool completes(sley_future *future, int self, int i)
{
    switch (turn.plans[self][i]) {
    case VALUE:
        return sley_future_set_result(future, word_of(self, i)) == 0;
    case ERROR:
        return sley_future_set_exception(future, word_of(self, i)) == 0;
    case CANCEL:
        return sley_future_cancel(future);
    default:
        return false;
    }
}

static void *thread(void *arg)
{
    int self = arg != NULL;

    for (long number = 1;; number++) {
        await_word(&turn.number, number);
        if (turn.last)
            return NULL;
        for (int j = 0; j < FUTURES; j++) {
            int i = self ? FUTURES - 1 - j : j;
            sley_future *future = atomic_load(&turn.futures[i]);

            atomic_store(&turn.won[self][i], completes(future, self, i));
            sley_future_drop(future);
        }
        atomic_fetch_add(&turn.over, 1);
    }
}

/* ---- the tasks ---- */

static intptr_t awaits(void *future)
{
    intptr_t word = 0;
    int rc = sley_await_into(future, &word);

    return rc ? rc : word;
}

static intptr_t gathers(void *arg)
{
    sley_future *const *futures = arg;
    intptr_t out[FUTURES];
    int rc = sley_gather_futures(out, FUTURES, futures, SLEY_RETURN_EXCEPTIONS);

    for (int i = 0; i < FUTURES && rc == 0; i++)
        EXPECT_EQ(out[i], sley_future_result(futures[i]));
    return rc;
}

static intptr_t waits(void *arg)
{
    sley_future *const *futures = arg;
    ssize_t rc = sley_wait(FUTURES, futures, SLEY_FOREVER, SLEY_ALL_COMPLETED);

    for (int i = 0; i < FUTURES && rc >= 0; i++)
        EXPECT(sley_future_done(futures[i]));
    return rc < 0 ? rc : rc == FUTURES ? 0 : -1;
}

/* Who has ended it says what its word is; if nobody did, the cancel of who awaits it. */
static int check_end(int i, intptr_t word, bool told)
{
    int winners = 0;

    for (int j = 0; j < THREADS; j++)
        if (atomic_load(&turn.won[j][i])) {
            winners++;
            CHECK_EQ(word, word_of(j, i));
        }
    CHECK(winners <= 1);
    CHECK(winners == 1 || (told && word == -ECANCELED));
    return 0;
}

static void begin_turn(struct sl_rng *rng, sley_future **futures)
{
    for (int i = 0; i < FUTURES; i++) {
        turn.plans[0][i] = (int)sl_rng_below(rng, PLANS);
        do /* one of them does something */
            turn.plans[1][i] = (int)sl_rng_below(rng, PLANS);
        while (turn.plans[0][i] == NOTHING && turn.plans[1][i] == NOTHING);
        for (int j = 0; j < THREADS; j++)
            sley_future_ref(futures[i]);
        atomic_store(&turn.futures[i], futures[i]);
    }
    atomic_store(&turn.over, 0);
    atomic_fetch_add(&turn.number, 1);
}

enum { TASKS = FUTURES * AWAITERS + 2 };

static intptr_t once(struct sl_rng *rng)
{
    sley_future *futures[FUTURES];
    sley_task *tasks[TASKS];
    struct canceller canceller;
    bool cancels = sl_rng_below(rng, 2), told;
    int asked = (int)sl_rng_below(rng, TASKS);

    for (int i = 0; i < FUTURES; i++)
        CHECK((futures[i] = sley_future_new()) != NULL);
    for (int i = 0; i < FUTURES * AWAITERS; i++)
        CHECK((tasks[i] = sley_create_task(awaits, futures[i % FUTURES])) != NULL);
    CHECK((tasks[TASKS - 2] = sley_create_task(gathers, futures)) != NULL);
    CHECK((tasks[TASKS - 1] = sley_create_task(waits, futures)) != NULL);
    if (sl_rng_below(rng, 2))
        CHECK_EQ(sley_yield(), 0);
    CHECK(!cancels || canceller_begin(&canceller, tasks[asked]));
    begin_turn(rng, futures);
    for (int i = 0; i < TASKS; i++)
        sley_task_await(tasks[i]);
    told = cancels && canceller_end(&canceller);
    while (atomic_load(&turn.over) < THREADS)
        CHECK_EQ(sley_sleep(sley_us(20)), 0);
    for (int i = 0; i < TASKS; i++) {
        intptr_t word = sley_task_result(tasks[i]), end = 0;

        if (i < FUTURES * AWAITERS) {
            end = sley_future_result(futures[i % FUTURES]);
            CHECK_EQ(check_end(i % FUTURES, end, told), 0);
        }
        CHECK(word == end || (told && i == asked && word == -ECANCELED));
        sley_task_drop(tasks[i]);
    }
    for (int i = 0; i < FUTURES; i++)
        sley_future_drop(futures[i]);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    struct sl_rng rng = own_rng();
    pthread_t threads[THREADS];
    intptr_t rc = 0;

    (void)arg;
    atomic_store(&turn.number, 0);
    turn.last = false;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, thread, i ? &turn : NULL) == 0);
    for (long i = 0; i < rounds && rc == 0; i++)
        rc = once(&rng);
    turn.last = true;
    atomic_fetch_add(&turn.number, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return rc;
}

TEST_PLAIN(threads_end_what_workers_await)
{
    each_workers(body);
}
