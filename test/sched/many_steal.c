/* A task that is spawned by one that then computes starts at another worker, and who was pinned
 * does not; with SLEY_STEAL=0 nobody takes anything from another one. */
#include "check.h"

#include "base/atomic.h"

#include <stdlib.h>

static sl_atomic_u32 begun;

static intptr_t begins(void *arg)
{
    sl_add_relaxed(&begun, 1);
    return (intptr_t)arg;
}

static void compute(int64_t ms, uint32_t until)
{
    int64_t end = sley_time().ns + ms * 1000000;

    while (sley_time().ns < end && sl_load_relaxed(&begun) < until)
        ;
}

/* The word: how many of the three that anybody may run have begun while this one computed. */
static intptr_t spawns_and_computes(void *arg)
{
    sley_task_options here = {.pinned = true, .worker = 0};
    sley_task *tasks[4];
    uint32_t met;

    (void)arg;
    sl_store_relaxed(&begun, 0);
    for (int i = 0; i < 3; i++)
        CHECK((tasks[i] = sley_create_task(begins, NULL)) != NULL);
    CHECK((tasks[3] = sley_create_task_with(begins, NULL, &here)) != NULL);
    compute(getenv("SLEY_STEAL") ? 50 : 5000, 3);
    met = sl_load_relaxed(&begun);
    compute(20, 4); /* the pinned one does not come */
    CHECK(sl_load_relaxed(&begun) == met);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return (intptr_t)met;
}

static intptr_t body(void *wanted)
{
    sley_task_options here = {.pinned = true, .worker = 0};

    for (int i = 0; i < 5; i++)
        CHECK_EQ(sley_join(sley_create_task_with(spawns_and_computes, NULL, &here)),
                 (intptr_t)wanted);
    return 0;
}

TEST_PLAIN(what_waits_behind_a_computation_is_stolen)
{
    sley_options options = {.workers = 2};

    assert_int_equal(sl_test_run_arg(body, (void *)3, &options), 0);
    setenv("SLEY_STEAL", "0", 1);
    assert_int_equal(sl_test_run_arg(body, NULL, &options), 0);
}
