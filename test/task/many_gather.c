/* Gathers whose children run, fail and are cancelled on other workers, while the gather is
 * cancelled at any moment: it has the children's words or one error, a cancel that was told of is
 * not lost, and no child is left. */
#include "many.h"

#include <sley/gather.h>

enum { CHILDREN = 6, AT_ONCE = 3, ROUNDS = 600, FAILED = -1040, GATHERED = 1 };

/* The argument of a child, which may outlive its gather, is in the word itself. */
enum { ID = 15, FAILS = 16, SWALLOWS = 32, SLOT = 6 };

static _Atomic long alive, alive_of[AT_ONCE];

struct plan {
    intptr_t slot;
    unsigned flags; /* of the gather */
    int form;
    intptr_t children[CHILDREN];
};

static intptr_t child(void *arg)
{
    intptr_t what = (intptr_t)arg;
    struct sl_rng rng = own_rng();
    int rc;

    atomic_fetch_add(&alive, 1);
    atomic_fetch_add(&alive_of[what >> SLOT], 1);
    if ((rc = linger(&rng)) == 0)
        rc = linger(&rng);
    EXPECT(rc == 0 || rc == -ECANCELED);
    if (rc == -ECANCELED && what & SWALLOWS)
        rc = 0;
    atomic_fetch_sub(&alive_of[what >> SLOT], 1);
    atomic_fetch_sub(&alive, 1);
    return rc ? rc : what & FAILS ? FAILED : what & ID;
}

static int of_futures(const struct plan *plan, intptr_t *out, const sley_coro *coros)
{
    sley_future *futures[CHILDREN], *gather;
    int rc = 0;

    for (int i = 0; i < CHILDREN; i++)
        CHECK((futures[i] = sley_ensure_future(coros[i])) != NULL);
    if (plan->form == 1) {
        rc = sley_gather_futures(out, CHILDREN, futures, plan->flags);
    } else {
        CHECK_EQ(sley_gather_start(&gather, CHILDREN, futures, plan->flags), 0);
        rc = (int)sley_await(gather);
        for (size_t i = 0; i < CHILDREN && rc == 0; i++)
            out[i] = sley_gather_result(gather, i);
        sley_future_exception(gather); /* it may have failed as the waiter was cancelled */
        sley_future_drop(gather);
    }
    for (int i = 0; i < CHILDREN; i++) {
        if (plan->flags)
            EXPECT(sley_future_done(futures[i]));
        sley_future_drop(futures[i]);
    }
    return rc;
}

static intptr_t gathers(void *arg)
{
    const struct plan *plan = arg;
    sley_coro coros[CHILDREN];
    intptr_t out[CHILDREN];
    bool fails = false;
    int rc;

    for (int i = 0; i < CHILDREN; i++) {
        coros[i] = SLEY_CORO(child, (void *)plan->children[i]);
        fails |= plan->children[i] & FAILS;
        out[i] = -7;
    }
    rc = plan->form == 0 ? sley_gather(out, CHILDREN, coros, plan->flags)
                         : of_futures(plan, out, coros);
    if (plan->flags) /* it ends when the last child has */
        EXPECT_EQ(atomic_load(&alive_of[plan->slot]), 0);
    for (int i = 0; i < CHILDREN; i++) {
        intptr_t wanted = plan->children[i] & FAILS ? FAILED : plan->children[i] & ID;

        EXPECT_EQ(out[i], rc ? -7 : wanted);
    }
    EXPECT(rc != 0 || !fails || plan->flags);
    return rc ? rc : GATHERED;
}

static intptr_t once(void *arg)
{
    struct sl_rng rng = own_rng();
    struct plan plan = {.slot = (intptr_t)arg};
    bool cancels = sl_rng_below(&rng, 3), fails = false, told;
    struct canceller canceller;
    sley_task *task;
    intptr_t word;

    plan.flags = sl_rng_below(&rng, 2) ? SLEY_RETURN_EXCEPTIONS : 0;
    plan.form = (int)sl_rng_below(&rng, 3);
    for (int i = 0; i < CHILDREN; i++) {
        plan.children[i] = plan.slot << SLOT | i | (sl_rng_below(&rng, 12) ? 0 : FAILS) |
                           (sl_rng_below(&rng, 6) ? 0 : SWALLOWS);
        fails |= plan.children[i] & FAILS;
    }
    CHECK((task = sley_create_task(gathers, &plan)) != NULL);
    CHECK(!cancels || canceller_begin(&canceller, task));
    word = sley_task_await(task);
    told = cancels && canceller_end(&canceller);
    if (word == FAILED)
        CHECK(fails && !plan.flags);
    else
        CHECK_EQ(word, told ? -ECANCELED : GATHERED);
    /* One that was not told of may have been counted as the task ended. */
    CHECK(sley_task_cancelling(task) == 1 || !told);
    sley_task_drop(task);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    sley_coro coros[AT_ONCE];
    intptr_t out[AT_ONCE];

    (void)arg;
    for (long i = 0; i < rounds; i++) {
        for (intptr_t slot = 0; slot < AT_ONCE; slot++)
            coros[slot] = SLEY_CORO(once, (void *)slot);
        CHECK_EQ(sley_gather(out, AT_ONCE, coros, 0), 0);
        while (sley_all_tasks(NULL, 0) > 1) /* those of gathers that have failed */
            CHECK_EQ(sley_sleep(sley_us(50)), 0);
        CHECK_EQ(alive, 0);
    }
    return 0;
}

TEST_PLAIN(gathers_of_many_workers)
{
    each_workers(body);
}
