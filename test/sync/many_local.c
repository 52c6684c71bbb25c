/* A group of tasks that are pinned to one worker shares local primitives and plain data, beside
 * stealable tasks, which feed it through a shared queue, and cancel its waits from other workers:
 * the local kind keeps its rules, and nothing is lost. */
#include "each_workers.h"

#include <errno.h>
#include <pthread.h>

enum { PINNED = 6, CANCELLERS = 3, ROUNDS = 160, CANCELS = 300, FED = 200, PERMITS = 2 };

static struct {
    sley_lock lock;
    sley_semaphore permits;
    sley_queue queue;
    sley_condition condition;
    sley_event fed;
    long inside_lock, inside_permits, tokens, taken_tokens, put, got, sum; /* one worker's: plain */
} group;
static sley_queue from_others = SLEY_QUEUE_INIT(3);
static sley_task *tasks[PINNED + 1];
static _Atomic long begun, cancelled_waits;
static unsigned home;
static long rounds;

/* What was cancelled is tried again: true. Any other error is one. */
static bool again(intptr_t rc)
{
    EXPECT_EQ(sley_worker_index(), home);
    if (rc >= 0)
        return false;
    EXPECT_EQ(rc, -ECANCELED);
    sley_task_uncancel(sley_current_task());
    atomic_fetch_add(&cancelled_waits, 1);
    return rc == -ECANCELED;
}

static intptr_t with_the_lock(void)
{
    if (again(sley_lock_acquire(&group.lock)))
        return 0;
    CHECK_EQ(group.inside_lock++, 0);
    again(sley_yield());
    group.inside_lock--;
    return sley_lock_release(&group.lock);
}

static intptr_t with_a_permit(void)
{
    if (again(sley_semaphore_acquire(&group.permits)))
        return 0;
    CHECK(group.inside_permits++ < PERMITS);
    again(sley_yield());
    group.inside_permits--;
    return sley_semaphore_release(&group.permits);
}

/* Everybody gets once for each time that it has put: there is always an item for who gets. */
static intptr_t with_the_queue(intptr_t item)
{
    if (again(sley_queue_put(&group.queue, item)))
        return 0;
    group.put += item;
    while (again(sley_queue_get(&group.queue, &item)))
        ;
    group.got += item;
    return 0;
}

static intptr_t with_the_condition(void)
{
    while (again(sley_condition_acquire(&group.condition)))
        ;
    group.tokens++;
    CHECK_EQ(sley_condition_notify(&group.condition, 1), 0);
    CHECK_EQ(sley_condition_release(&group.condition), 0);
    again(sley_yield());
    while (again(sley_condition_acquire(&group.condition)))
        ;
    while (group.tokens == 0)
        again(sley_condition_wait(&group.condition));
    group.tokens--;
    group.taken_tokens++;
    return sley_condition_release(&group.condition);
}

static intptr_t uses(void *arg)
{
    intptr_t id = (intptr_t)arg, rc = 0;

    atomic_fetch_add(&begun, 1);
    for (long i = 0; i < rounds && rc == 0; i++) {
        if (i % 4 == 0)
            rc = with_the_lock();
        else if (i % 4 == 1)
            rc = with_a_permit();
        else if (i % 4 == 2)
            rc = with_the_queue(id * rounds + i);
        else
            rc = with_the_condition();
    }
    while (again(sley_event_wait(&group.fed)))
        ;
    return rc;
}

static intptr_t takes(void *arg)
{
    intptr_t item;

    atomic_fetch_add(&begun, 1);
    for (int i = 0; i < FED; i++) {
        while (again(sley_queue_get(&from_others, &item)))
            ;
        while (again(sley_lock_acquire(&group.lock)))
            ;
        CHECK_EQ(group.inside_lock++, 0);
        group.sum += item;
        group.inside_lock--;
        CHECK_EQ(sley_lock_release(&group.lock), 0);
    }
    CHECK_EQ(sley_event_set(&group.fed), 0);
    return (intptr_t)arg;
}

/* ---- beside it ---- */

static intptr_t feeds(void *arg)
{
    for (intptr_t i = 1; i <= FED; i++)
        CHECK_EQ(sley_queue_put(&from_others, i), 0);
    return (intptr_t)arg;
}

static intptr_t cancels(void *arg)
{
    for (intptr_t i = 0; i < CANCELS; i++) {
        sley_task_cancel(tasks[(i * 5 + (intptr_t)arg) % (PINNED + 1)]);
        CHECK_EQ(i % 8 ? sley_yield() : sley_sleep(sley_us(20)), 0);
    }
    return 0;
}

static void *cancels_from_a_thread(void *arg)
{
    for (intptr_t i = 0; i < CANCELS; i++) {
        sley_task_cancel(tasks[i % (PINNED + 1)]);
        sched_yield();
    }
    return arg;
}

static void reset(void)
{
    group.lock = (sley_lock)SLEY_LOCK_INIT_LOCAL;
    group.permits = (sley_semaphore)SLEY_SEMAPHORE_INIT_LOCAL(PERMITS);
    group.queue = (sley_queue)SLEY_QUEUE_INIT_LOCAL(2);
    group.condition = (sley_condition)SLEY_CONDITION_INIT_LOCAL;
    group.fed = (sley_event)SLEY_EVENT_INIT_LOCAL;
    group.tokens = group.taken_tokens = group.put = group.got = group.sum = 0;
    atomic_store(&begun, 0);
}

/* ---- who holds it goes on while another worker cancels who waits ----
 *
 *     holder, at home      waiter, at home     canceller, elsewhere
 *     has the lock         waits for it
 *     computes                                 cancels the waiter
 *     gives it back        ready by now
 *     takes it again */

static _Atomic long turn;

static intptr_t waits_for_both(void *arg)
{
    EXPECT_EQ(sley_lock_acquire(&group.lock), -ECANCELED);
    turn = 3;
    EXPECT_EQ(sley_semaphore_acquire(&group.permits), -ECANCELED);
    return (intptr_t)arg;
}

/* Nothing here may order the two workers: a sanitizer is to see what the library does. */
static void turn_comes(long wanted)
{
    while (atomic_load_explicit(&turn, memory_order_relaxed) != wanted)
        ;
}

static intptr_t cancels_when_asked(void *waiter)
{
    for (long wanted = 1; wanted <= 4; wanted += 3) {
        while (atomic_load_explicit(&turn, memory_order_relaxed) != wanted)
            CHECK_EQ(sley_yield(), 0);
        CHECK(sley_task_cancel(waiter));
        atomic_store_explicit(&turn, wanted + 1, memory_order_relaxed);
    }
    return 0;
}

static intptr_t holds(void *arg)
{
    int rc;

    CHECK_EQ(sley_lock_acquire(&group.lock), 0);
    for (int i = 0; i < PERMITS; i++)
        CHECK_EQ(sley_semaphore_acquire(&group.permits), 0);
    while (!group.lock._waiters.first)
        CHECK_EQ(sley_yield(), 0);
    atomic_store_explicit(&turn, 1, memory_order_relaxed);
    turn_comes(2);
    CHECK_EQ(sley_lock_release(&group.lock), 0);
    rc = sley_lock_try_acquire(&group.lock);
    CHECK(rc == 0 || rc == -EAGAIN);
    if (rc == 0)
        CHECK_EQ(sley_lock_release(&group.lock), 0);
    while (!group.permits._waiters.first)
        CHECK_EQ(sley_yield(), 0);
    atomic_store_explicit(&turn, 4, memory_order_relaxed);
    turn_comes(5);
    CHECK_EQ(sley_semaphore_release(&group.permits), 0);
    rc = sley_semaphore_try_acquire(&group.permits);
    CHECK(rc == 0 || rc == -EAGAIN);
    for (int i = rc == 0 ? 0 : 1; i < PERMITS; i++)
        CHECK_EQ(sley_semaphore_release(&group.permits), 0);
    return (intptr_t)arg;
}

static intptr_t while_it_is_held(void)
{
    sley_task_options there = {.pinned = true, .worker = home}, here = {.pinned = true};
    sley_task *holder, *waiter, *canceller;

    if (home == 0)
        return 0;
    reset();
    turn = 0;
    CHECK((holder = sley_create_task_with(holds, NULL, &there)) != NULL);
    CHECK((waiter = sley_create_task_with(waits_for_both, NULL, &there)) != NULL);
    CHECK((canceller = sley_create_task_with(cancels_when_asked, waiter, &here)) != NULL);
    CHECK_EQ(sley_join(holder), 0);
    CHECK_EQ(sley_join(canceller), 0);
    CHECK_EQ(sley_join(waiter), 0);
    CHECK_EQ(group.permits._value, PERMITS);
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task_options there = {.pinned = true, .worker = home = sley_worker_count() - 1};
    sley_task *others[CANCELLERS + 1];
    pthread_t thread;

    (void)arg;
    reset();
    for (intptr_t i = 0; i <= PINNED; i++)
        CHECK((tasks[i] = sley_create_task_with(i < PINNED ? uses : takes,
                                                i < PINNED ? (void *)i : NULL, &there)) != NULL);
    while (atomic_load(&begun) <= PINNED) /* what is cancelled before never begins */
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
    for (intptr_t i = 0; i <= CANCELLERS; i++)
        CHECK((others[i] = sley_create_task(i ? cancels : feeds, i ? (void *)i : NULL)) != NULL);
    CHECK(pthread_create(&thread, NULL, cancels_from_a_thread, NULL) == 0);
    for (int i = 0; i <= CANCELLERS; i++)
        CHECK_EQ(sley_join(others[i]), 0);
    for (int i = 0; i <= PINNED; i++) {
        intptr_t rc = sley_task_await(tasks[i]);

        CHECK(rc == 0 || rc == -ECANCELED); /* asked at its very end */
    }
    pthread_join(thread, NULL);
    for (int i = 0; i <= PINNED; i++)
        sley_task_drop(tasks[i]);
    CHECK_EQ(group.sum, FED * (FED + 1) / 2);
    CHECK_EQ(group.put, group.got);
    CHECK_EQ(group.tokens, 0);
    CHECK_EQ(group.taken_tokens, PINNED * (rounds / 4));
    CHECK_EQ(group.permits._value, PERMITS);
    CHECK(!group.lock._locked && !group.lock._waiters.first);
    sley_queue_close(&group.queue);
    return while_it_is_held();
}

TEST_PLAIN(a_pinned_group_has_local_primitives)
{
    rounds = sl_test_slow() ? 40 : ROUNDS;
    each_workers(body);
    CHECK_VOID(atomic_load(&cancelled_waits) > 0);
    sley_queue_close(&from_others);
}
