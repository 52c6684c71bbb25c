/* The allocator table is copied before the first loop, refused after it, and every release says
 * how many bytes were asked for. */
#include "check.h"

#include "os/sys.h"

#include <errno.h>
#include <stdlib.h>

static _Atomic unsigned allocations, releases, wrong;

static void *allocate(size_t bytes, unsigned arena)
{
    size_t *memory = malloc(bytes + 16);

    (void)arena;
    if (!memory)
        return NULL;
    allocations++;
    *memory = bytes;
    return memory + 2;
}

static void release(void *memory, size_t bytes, unsigned arena)
{
    size_t *block = (size_t *)memory - 2;

    (void)arena;
    releases++;
    wrong += *block != bytes;
    free(block);
}

static void figures(sley_allocator_figures *figures)
{
    figures->allocated = 11;
    figures->active = 12; /* of the last it knows nothing */
}

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t fails(void *arg)
{
    (void)arg;
    return sley_raise(-1001, "a text");
}

static int use_futures(void)
{
    enum { N = 12 };
    sley_future *futures[2 * N], *one;
    sley_as_completed each;

    for (int i = 0; i < N; i++)
        futures[i] = futures[2 * N - 1 - i] = sley_ensure_future(SLEY_CORO(word, NULL));
    CHECK_EQ(sley_wait(2 * N, futures, SLEY_FOREVER, SLEY_ALL_COMPLETED), N);
    CHECK_EQ(sley_as_completed_open(&each, 2 * N, futures, SLEY_FOREVER), 0);
    while (sley_as_completed_next(&each, &one) > 0)
        ;
    sley_as_completed_close(&each);
    CHECK_EQ(sley_gather_futures(NULL, 2 * N, futures, 0), 0);
    for (int i = 0; i < N; i++)
        sley_future_drop(futures[i]);
    return 0;
}

/* Who knows fewer fields is told fewer. */
static int sees_figures(void)
{
    sley_stats stats = {.size = sizeof stats, .memory_resident = 1};
    sley_stats old = {.size = offsetof(sley_stats, memory_allocated), .memory_allocated = 1};

    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK_EQ(stats.memory_allocated, 11);
    CHECK_EQ(stats.memory_active, 12);
    CHECK_EQ(stats.memory_resident, 0);
    CHECK_EQ(sley_stats_get(&old), 0);
    CHECK_EQ(old.memory_allocated, 1);
    CHECK_EQ(old.tasks, 1);
    return 0;
}

static intptr_t use_much(void *arg)
{
    static const sley_context_var var = {"v", 0};
    sley_queue queue = SLEY_QUEUE_INIT(0);
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_coro coros[3] = {SLEY_CORO(word, NULL), SLEY_CORO(fails, NULL), SLEY_CORO(word, NULL)};
    char argument[200] = "";

    CHECK_EQ(sees_figures(), 0);
    (void)arg;
    CHECK_EQ(sley_context_set(&var, 1), 0);
    CHECK_EQ(sley_context_set(&var, 2), 0);
    for (intptr_t i = 0; i < 100; i++)
        CHECK_EQ(sley_queue_put_nowait(&queue, i), 0);
    CHECK_EQ(sley_queue_close(&queue), 0);
    CHECK_EQ(sley_gather(NULL, 3, coros, SLEY_RETURN_EXCEPTIONS), 0);
    SLEY_TASK_GROUP(&group)
    {
        CHECK_EQ(sley_task_group_create_task_copy(&group, word, argument, sizeof argument), 0);
        /* The last one: among many workers it may fail, and end the group, at once. */
        CHECK_EQ(sley_task_group_create_task(&group, fails, NULL), 0);
    }
    CHECK_EQ(group.rc, -SLEY_EGROUP);
    return use_futures();
}

TEST_PLAIN(the_allocator_is_used_and_told_the_sizes)
{
    sley_allocator table = {sizeof table, allocate, release, figures};
    sley_allocator bad = {sizeof bad, allocate, NULL, figures};
    sley_allocator old = {offsetof(sley_allocator, figures), allocate, release, figures};
    sley_allocator small = {offsetof(sley_allocator, release), allocate, release, figures};
    sley_allocator_figures seen;
    sley_options options = sl_test_options(NULL);

    assert_int_equal(sley_allocator_set(NULL), -EINVAL);
    assert_int_equal(sley_allocator_set(&bad), -EINVAL);
    assert_int_equal(sley_allocator_set(&small), -EINVAL);
    assert_int_equal(sley_allocator_set(&old), 0);
    sl_sys_figures(&seen);
    assert_int_equal(seen.allocated, 0); /* the table ends before it */
    assert_int_equal(sley_allocator_set(&table), 0);
    CHECK_EQ_VOID(sley_run(use_much, NULL, &options), 0);
    CHECK_VOID(allocations > 10);
    sley_error_drop(NULL);
    CHECK_EQ_VOID(wrong, 0);
    assert_int_equal(sley_allocator_set(&table), -EBUSY);
    /* What the thread still holds is the detail that run returned, at most. */
    CHECK_VOID(allocations - releases <= 1);
}
