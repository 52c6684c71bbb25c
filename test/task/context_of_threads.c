/* Chains of context variables, and a context that tasks share, are used by several threads: jobs of
 * the pool, and loops in threads of their own. Nothing is lost, freed twice or left over. */
#include "check.h"

#include "base/atomic.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS 2000

static const sley_context_var a = {"a", 10}, b = {"b", 20}, own = {"own", 0};
static sley_context *shared;
static sl_atomic_u64 blocks;
static long rounds;

static void *allocate(size_t bytes, unsigned arena)
{
    (void)arena;
    sl_add_relaxed(&blocks, 1);
    return malloc(bytes);
}

static void release(void *memory, size_t bytes, unsigned arena)
{
    (void)bytes;
    (void)arena;
    sl_add_relaxed(&blocks, (uint64_t)-1);
    free(memory);
}

/* In a pool's thread, which has a share of its creator's chain. */
static intptr_t job(void *arg)
{
    CHECK_EQ(sley_context_get(&a), 1);
    CHECK_EQ(sley_context_get(&b), 2);
    for (long i = 1; i <= rounds; i++) {
        sley_context *copy = sley_context_copy();

        CHECK(copy != NULL);
        CHECK_EQ(sley_context_get(&b), 2);
        if (i % 16 == 0)
            CHECK_EQ(sley_context_set(&own, (intptr_t)arg), 0);
        sley_context_drop(copy);
    }
    CHECK_EQ(sley_context_get(&own), (intptr_t)arg);
    return 0;
}

static intptr_t gives_a_job(void *arg)
{
    return sley_to_thread(job, arg);
}

static intptr_t nothing(void *arg)
{
    (void)arg;
    return sley_context_get(&a);
}

/* The loop's thread makes and ends tasks that have the same chain, while the jobs run. */
static intptr_t jobs_and_tasks(void *arg)
{
    sley_task *jobs[THREADS];

    (void)arg;
    CHECK_EQ(sley_context_set(&a, 1), 0);
    CHECK_EQ(sley_context_set(&b, 2), 0);
    for (intptr_t i = 0; i < THREADS; i++)
        jobs[i] = sley_create_task(gives_a_job, (void *)(i + 1));
    CHECK_EQ(sley_yield(), 0);
    for (long i = 0; i < rounds; i++)
        CHECK_EQ(sley_join(sley_create_task(nothing, NULL)), 1);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(sley_join(jobs[i]), 0);
    CHECK_EQ(sley_context_get(&own), 0);
    return 0;
}

/* On a loop of its thread, in the context that tasks of the other loops are in as well. */
static intptr_t shares(void *arg)
{
    for (long i = 0; i < rounds; i++) {
        intptr_t seen;

        CHECK_EQ(sley_context_set(i % 2 ? &a : &b, (intptr_t)arg), 0);
        seen = sley_context_get(&a);
        CHECK(seen > 0 && seen <= THREADS);
        if (i % 8 == 0) {
            sley_context *copy = sley_context_copy();

            CHECK(copy != NULL);
            sley_context_drop(copy);
            seen = sley_join(sley_create_task(nothing, NULL));
            CHECK(seen > 0 && seen <= THREADS);
        }
    }
    return 0;
}

static intptr_t shares_from_outside(void *arg)
{
    sley_task_options options = {.context = shared};

    return sley_join(sley_create_task_with(shares, arg, &options));
}

static void *thread(void *arg)
{
    sley_options options = sl_test_options(NULL);
    sley_runner runner;
    intptr_t word;

    word = sley_runner_open(&runner, &options);
    if (word == 0) {
        word = sley_runner_run(&runner, shares_from_outside, arg);
        sley_runner_close(&runner);
    }
    sley_context_drop(shared); /* the last of them frees it */
    return (void *)word;
}

static intptr_t make_shared(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_context_set(&a, 1), 0);
    shared = sley_context_copy();
    return shared ? 0 : -1;
}

TEST_PLAIN(contexts_are_shared_by_threads)
{
    sley_allocator table = {sizeof table, allocate, release, NULL};
    sley_options options = sl_test_options(NULL);
    pthread_t threads[THREADS];

    rounds = sl_test_under() ? 100 : sl_test_slow() ? 400 : ROUNDS;
    assert_int_equal(sley_allocator_set(&table), 0);
    CHECK_EQ_VOID(sley_run(jobs_and_tasks, NULL, &options), 0);
    CHECK_EQ_VOID(sl_load_relaxed(&blocks), 0);

    CHECK_EQ_VOID(sley_run(make_shared, NULL, &options), 0);
    for (int i = 1; i < THREADS; i++)
        sley_context_ref(shared);
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        void *word;

        assert_int_equal(pthread_join(threads[i], &word), 0);
        EXPECT_EQ(word, 0);
    }
    EXPECT_EQ(sl_load_relaxed(&blocks), 0);
}
