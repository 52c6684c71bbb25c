/* Only who has taken a whole pass for himself is put behind the others, not who comes after one
 * that computes and ends. */
#include "rescue.h"

#include "sched/current.h"
#include "sched/worker.h"

enum { COMPUTING = 8, ROUNDS = 50 };

static bool is_slow(void)
{
    return sl_load_relaxed(&sl_current()->current->slow);
}

static bool passes_are_slow(void)
{
    return sl_current()->timed;
}

static void take(int64_t us)
{
    for (int64_t end = now_ns() + us * 1000; now_ns() < end;)
        ;
}

static intptr_t ends(void *arg)
{
    take(400);
    return (intptr_t)arg;
}

static intptr_t computes(void *arg)
{
    while (!sl_load_relaxed(&stop)) {
        take(30);
        CHECK_EQ(sley_yield(), 0);
    }
    return (intptr_t)arg;
}

static intptr_t sleeps(void *arg)
{
    CHECK_EQ(sley_sleep(sley_s(600)), -ECANCELED);
    return (intptr_t)arg;
}

/* Somebody else may have the processor now and then. */
static intptr_t yields(void *arg)
{
    int mistaken = 0;

    while (!passes_are_slow())
        CHECK_EQ(sley_yield(), 0);
    for (int i = 0; i < ROUNDS; i++) {
        sley_task *task = sley_create_task_with(ends, NULL, &on_1);

        CHECK_EQ(sley_yield(), 0); /* comes after the one that has ended */
        mistaken += is_slow();
        CHECK_EQ(sley_join(task), 0);
    }
    CHECK(mistaken < ROUNDS / 2);
    return (intptr_t)arg;
}

/* On worker 1, as all of them. */
static intptr_t body(void *arg)
{
    sley_task *tasks[COMPUTING], *timer = sley_create_task_with(sleeps, NULL, &on_1);

    for (int i = 0; i < COMPUTING; i++)
        CHECK((tasks[i] = sley_create_task_with(computes, NULL, &on_1)) != NULL);
    CHECK_EQ(yields(arg), 0);
    sl_store_relaxed(&stop, 1);
    for (int i = 0; i < COMPUTING; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    CHECK(sley_task_cancel(timer));
    return sley_join(timer);
}

static intptr_t on_one(void *arg)
{
    return sley_join(sley_create_task_with(body, arg, &on_1));
}

TEST_PLAIN(who_is_quick_is_not_taken_for_slow)
{
    sley_options options = {.size = sizeof options, .workers = 2};

    if (!sl_test_timed())
        SKIP("nothing is quick where others use the processor, too");
#ifdef SL_DAWDLE
    SKIP("workers that dawdle are not quick");
#endif
    assert_int_equal(sl_test_run(on_one, &options), 0);
}
