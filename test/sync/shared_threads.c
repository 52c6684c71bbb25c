/* Plain threads alone: they block on every primitive, and nothing of a runtime is there. */
#include "check.h"

#include <errno.h>
#include <pthread.h>

enum { THREADS = 4, ROUNDS = 300 };

static sley_lock lock = SLEY_LOCK_INIT;
static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT(2);
static sley_event event = SLEY_EVENT_INIT;
static sley_barrier barrier = SLEY_BARRIER_INIT(THREADS);
static sley_condition condition = SLEY_CONDITION_INIT;
static sley_queue queue = SLEY_QUEUE_INIT(2);
static long counter, turn, got, sum;

static bool is_even(void *arg)
{
    return *(long *)arg % 2 == 0;
}

static bool is_odd(void *arg)
{
    return *(long *)arg % 2 != 0;
}

static int rounds(long number)
{
    CHECK_EQ(sley_event_wait(&event), 0);
    for (long i = 0; i < ROUNDS; i++) {
        CHECK_EQ(sley_lock_acquire(&lock), 0);
        counter++;
        CHECK_EQ(sley_lock_release(&lock), 0);
        CHECK_EQ(sley_semaphore_acquire(&semaphore), 0);
        CHECK_EQ(sley_semaphore_release(&semaphore), 0);
        CHECK(sley_barrier_wait(&barrier) >= 0);
        CHECK_EQ(sley_condition_acquire(&condition), 0);
        CHECK_EQ(sley_condition_wait_for(&condition, number % 2 ? is_odd : is_even, &turn), 0);
        turn++;
        CHECK_EQ(sley_condition_notify_all(&condition), 0);
        CHECK_EQ(sley_condition_release(&condition), 0);
    }
    return 0;
}

static int passes(long number)
{
    for (intptr_t i = 0, item; i < ROUNDS; i++) {
        if (number % 2) {
            CHECK_EQ(sley_queue_put(&queue, i), 0);
            continue;
        }
        CHECK_EQ(sley_queue_get(&queue, &item), 0);
        CHECK_EQ(sley_queue_task_done(&queue), 0);
        __atomic_add_fetch(&sum, item, __ATOMIC_RELAXED);
        __atomic_add_fetch(&got, 1, __ATOMIC_RELAXED);
    }
    return 0;
}

static void *thread(void *arg)
{
    long number = (long)(intptr_t)arg;

    return rounds(number) == 0 && passes(number) == 0 ? NULL : &lock;
}

static void *gets_until_shut(void *arg)
{
    intptr_t item;

    (void)arg;
    return (void *)(intptr_t)sley_queue_get(&queue, &item);
}

TEST_PLAIN(threads_block_on_shared_primitives)
{
    pthread_t threads[THREADS], last;
    void *failed;

    CHECK_EQ_VOID(sley_lock_release(&lock), -SLEY_ENOTOWNER);
    CHECK_EQ_VOID(sley_condition_notify(&condition, 1), -SLEY_ENOTOWNER);
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread, (void *)i), 0);
    CHECK_EQ_VOID(sley_event_set(&event), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &failed);
        CHECK_VOID(!failed);
    }
    CHECK_EQ_VOID(counter, THREADS * ROUNDS);
    CHECK_EQ_VOID(turn, THREADS * ROUNDS);
    CHECK_EQ_VOID(got, THREADS / 2 * ROUNDS);
    CHECK_EQ_VOID(sum, THREADS / 2 * (ROUNDS * (ROUNDS - 1) / 2));
    CHECK_EQ_VOID(sley_queue_join(&queue), 0);
    CHECK_EQ_VOID(sley_queue_task_done(&queue), -SLEY_EVALUE);
    assert_int_equal(pthread_create(&last, NULL, gets_until_shut, NULL), 0);
    CHECK_EQ_VOID(sley_queue_shutdown(&queue, false), 0);
    pthread_join(last, &failed);
    CHECK_EQ_VOID((intptr_t)failed, -SLEY_ESHUTDOWN);
    CHECK_EQ_VOID(sley_queue_close(&queue), 0);
}
