/* Who sees the effect of an operation may free the object at once: an event that was waited for, a
 * lock that was acquired after the other's release, a semaphore, a queue. (Under ASan and TSan.) */
#include "check.h"

#include "base/atomic.h"

#include <stdlib.h>

static long rounds;

static intptr_t sets(void *event)
{
    return sley_event_set(event);
}

static intptr_t releases(void *lock)
{
    CHECK_EQ(sley_lock_acquire(lock), 0);
    return sley_lock_release(lock);
}

static intptr_t gives(void *semaphore)
{
    return sley_semaphore_release(semaphore);
}

static intptr_t puts_one(void *queue)
{
    CHECK_EQ(sley_queue_put(queue, 5), 0);
    return 0;
}

static intptr_t finishes(void *queue)
{
    return sley_queue_task_done(queue);
}

/* The other one may still be inside its call when this frees the object. */
static int events(bool polled)
{
    sley_event *event = calloc(1, sizeof *event);
    sley_task *task = sley_create_task(sets, event);

    CHECK(event && task);
    if (polled)
        while (!sley_event_is_set(event))
            CHECK_EQ(sley_yield(), 0);
    else
        CHECK_EQ(sley_event_wait(event), 0);
    free(event);
    CHECK_EQ(sley_join(task), 0);
    return 0;
}

static int locks(void)
{
    sley_lock *lock = calloc(1, sizeof *lock);
    sley_task *task;

    CHECK(lock);
    CHECK_EQ(sley_lock_acquire(lock), 0);
    CHECK((task = sley_create_task(releases, lock)) != NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_lock_release(lock), 0);
    CHECK_EQ(sley_join(task), 0);
    free(lock);
    return 0;
}

static int semaphores(bool polled)
{
    sley_semaphore *semaphore = malloc(sizeof *semaphore);
    sley_task *task;

    CHECK(semaphore);
    *semaphore = (sley_semaphore)SLEY_SEMAPHORE_INIT(0);
    CHECK((task = sley_create_task(gives, semaphore)) != NULL);
    if (polled)
        while (sley_semaphore_try_acquire(semaphore) < 0)
            CHECK_EQ(sley_yield(), 0);
    else
        CHECK_EQ(sley_semaphore_acquire(semaphore), 0);
    free(semaphore);
    CHECK_EQ(sley_join(task), 0);
    return 0;
}

static int queues(bool polled)
{
    sley_queue *queue = calloc(1, sizeof *queue);
    sley_task *task;
    intptr_t item;

    CHECK(queue);
    CHECK((task = sley_create_task(puts_one, queue)) != NULL);
    if (polled)
        while (sley_queue_empty(queue))
            CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_get(queue, &item), 0);
    CHECK_EQ(item, 5);
    CHECK_EQ(sley_join(task), 0);
    CHECK((task = sley_create_task(finishes, queue)) != NULL);
    CHECK_EQ(sley_queue_join(queue), 0);
    CHECK_EQ(sley_queue_close(queue), 0);
    free(queue);
    CHECK_EQ(sley_join(task), 0);
    return 0;
}

static intptr_t run(void *arg)
{
    (void)arg;
    for (long i = 0; i < rounds; i++) {
        CHECK_EQ(events(i % 2), 0);
        CHECK_EQ(locks(), 0);
        CHECK_EQ(semaphores(i % 2), 0);
        CHECK_EQ(queues(i % 2), 0);
    }
    return 0;
}

TEST_PLAIN(an_object_may_be_freed_by_who_sees_the_effect)
{
    const int workers[] = {1, 2, 4};

    rounds = sl_test_slow() ? 300 : 3000;
    for (int i = 0; i < 3; i++) {
        sley_options options = sl_test_options(&(sley_options){.workers = workers[i]});

        CHECK_EQ_VOID(sl_test_run(run, &options), 0);
    }
}
