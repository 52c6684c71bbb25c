/* In the steady state nothing is asked of the allocator: yield, sleep, create and await, spawn,
 * lock, queue, timeout, call_soon. */
#include "check.h"

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(4);

static void nothing(void *arg)
{
    (void)arg;
}

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t locks(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    CHECK_EQ(sley_yield(), 0);
    return sley_lock_release(&lock);
}

static intptr_t produces(void *arg)
{
    for (intptr_t i = 0; i < 20; i++)
        CHECK_EQ(sley_queue_put(&queue, i), 0);
    return (intptr_t)arg;
}

static int one_round(void)
{
    sley_timeout limit;
    sley_task *a, *b;
    sley_future *future;
    intptr_t item;

    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_sleep(sley_us(1)), 0);
    CHECK_EQ(sley_join(sley_create_task(word, (void *)3)), 3);
    CHECK_EQ(sley_spawn(word, NULL), 0);
    CHECK(sley_handle_valid(sley_call_soon(nothing, NULL)));
    a = sley_create_task(locks, NULL);
    b = sley_create_task(locks, NULL);
    CHECK_EQ(sley_join(a), 0);
    CHECK_EQ(sley_join(b), 0);
    a = sley_create_task(produces, NULL);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(sley_join(a), 0);
    CHECK_EQ(sley_timeout_enter(&limit, sley_s(1)), 0);
    CHECK_EQ(sley_timeout_exit(&limit, sley_yield()), 0);
    future = sley_future_new();
    CHECK_EQ(sley_future_set_result(future, 1), 0);
    CHECK_EQ(sley_await(future), 1);
    sley_future_drop(future);
    return 0;
}

TEST_FIBER(the_steady_state_allocates_nothing)
{
    ONE_LOOP(LOCAL_KIND);
    sley_stats stats = {.size = sizeof stats};
    uint64_t before;

    for (int i = 0; i < 3; i++)
        CHECK_EQ(one_round(), 0);
    CHECK_EQ(sley_stats_get(&stats), 0);
    before = stats.allocations;
    for (int i = 0; i < 200; i++)
        CHECK_EQ(one_round(), 0);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.allocations, before);
    CHECK_EQ(sley_queue_close(&queue), 0);
    return 0;
}
