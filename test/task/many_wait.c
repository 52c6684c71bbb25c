/* wait in its three modes, as_completed, wait_for and deadlines, over futures that are completed,
 * and fail, on other workers, while the waiter is cancelled at any moment: the answer holds, a
 * cancel that was told of is not lost, and what was waited for goes on (wait_for's ends). */
#include "many.h"

enum { MEMBERS = 5, AT_ONCE = 3, ROUNDS = 600, FAILED = -1041, WELL = 1 };

enum form { ALL, FIRST, FIRST_EXCEPTION, EACH, EACH_FOR_A_WHILE, WAIT_FOR, FORMS };

struct plan {
    enum form form;
    int64_t us; /* of a deadline; of none: negative */
    sley_future *futures[MEMBERS];
    bool fails[MEMBERS];
};

static intptr_t member(void *arg)
{
    struct sl_rng rng = own_rng();
    int rc = linger(&rng);

    if (rc == 0)
        rc = linger(&rng);
    return rc ? rc : *(bool *)arg ? FAILED : (intptr_t)arg;
}

static bool is_right(const struct plan *plan, int i, intptr_t word)
{
    return word == (plan->fails[i] ? FAILED : (intptr_t)&plan->fails[i]);
}

static sley_duration limit_of(const struct plan *plan)
{
    return plan->us < 0 ? SLEY_FOREVER : sley_us(plan->us);
}

static intptr_t waits(const struct plan *plan, enum sley_return_when when)
{
    ssize_t rc = sley_wait(MEMBERS, plan->futures, limit_of(plan), when);
    ssize_t done = 0, failed = 0;

    if (rc < 0)
        return rc;
    for (int i = 0; i < MEMBERS; i++)
        if (sley_future_done(plan->futures[i])) {
            done++;
            CHECK(is_right(plan, i, sley_future_result(plan->futures[i])));
            failed += plan->fails[i];
        }
    CHECK(rc <= done); /* others may have ended since */
    if (plan->us >= 0)
        return WELL;
    CHECK(rc >= 1);
    if (when == SLEY_ALL_COMPLETED)
        CHECK_EQ(rc, MEMBERS);
    if (when == SLEY_FIRST_EXCEPTION)
        CHECK(failed > 0 || rc == MEMBERS);
    return WELL;
}

static int next_of(const struct plan *plan, sley_future *future, bool *seen)
{
    for (int i = 0; i < MEMBERS; i++)
        if (plan->futures[i] == future) {
            CHECK(!seen[i]);
            CHECK(sley_future_done(future) && is_right(plan, i, sley_future_result(future)));
            seen[i] = true;
            return 0;
        }
    CHECK(!"none of those that are waited for");
    return 0;
}

static intptr_t each_of(const struct plan *plan)
{
    bool seen[MEMBERS] = {false};
    sley_as_completed each;
    sley_future *future;
    int rc, n = 0;

    CHECK_EQ(sley_as_completed_open(&each, MEMBERS, plan->futures, limit_of(plan)), 0);
    while ((rc = sley_as_completed_next(&each, &future)) > 0) {
        n++;
        EXPECT_EQ(next_of(plan, future, seen), 0);
    }
    sley_as_completed_close(&each);
    CHECK(rc != 0 || n == MEMBERS);
    CHECK(rc != -SLEY_ETIMEOUT || plan->us >= 0);
    return rc == 0 || rc == -SLEY_ETIMEOUT ? WELL : rc;
}

/* Each in its turn, so that some are done before. */
static intptr_t for_a_while(const struct plan *plan)
{
    for (int i = 0; i < MEMBERS; i++) {
        intptr_t word = sley_wait_for(plan->futures[i], limit_of(plan));

        if (word == -ECANCELED)
            return word;
        CHECK(sley_future_done(plan->futures[i]));
        CHECK_EQ(sley_future_cancelled(plan->futures[i]), word == -SLEY_ETIMEOUT);
        CHECK(word == -SLEY_ETIMEOUT ? plan->us >= 0 : is_right(plan, i, word));
    }
    return WELL;
}

static intptr_t waiter(void *arg)
{
    const struct plan *plan = arg;

    switch (plan->form) {
    case ALL:
        return waits(plan, SLEY_ALL_COMPLETED);
    case FIRST:
        return waits(plan, SLEY_FIRST_COMPLETED);
    case FIRST_EXCEPTION:
        return waits(plan, SLEY_FIRST_EXCEPTION);
    case WAIT_FOR:
        return for_a_while(plan);
    default:
        return each_of(plan);
    }
}

/* The deadline is around it: then the wait itself is cut short, as by a cancel. */
static intptr_t within(void *arg)
{
    struct plan *plan = arg;
    int64_t us = plan->us;
    sley_timeout limit;
    intptr_t rc;

    CHECK_EQ(sley_timeout_enter(&limit, sley_us(us)), 0);
    plan->us = -1;
    rc = sley_timeout_exit(&limit, waiter(plan));
    CHECK(rc == WELL || rc == -SLEY_ETIMEOUT || rc == -ECANCELED);
    CHECK(rc != -SLEY_ETIMEOUT || sley_timeout_expired(&limit));
    return rc == -SLEY_ETIMEOUT ? WELL : rc;
}

static intptr_t once(void *arg)
{
    struct sl_rng rng = own_rng();
    struct plan plan = {.form = (enum form)sl_rng_below(&rng, FORMS), .us = -1};
    bool cancels = sl_rng_below(&rng, 3), around, told;
    struct canceller canceller;
    sley_task *task;
    intptr_t word;

    for (int i = 0; i < MEMBERS; i++) {
        /* A cancel that is handed to who fails instead would end there. */
        plan.fails[i] = plan.form != WAIT_FOR && sl_rng_below(&rng, 6) == 0;
        CHECK((plan.futures[i] = sley_ensure_future(SLEY_CORO(member, &plan.fails[i]))) != NULL);
    }
    if (plan.form == WAIT_FOR || plan.form == EACH_FOR_A_WHILE || sl_rng_below(&rng, 2))
        plan.us = sl_rng_below(&rng, 60);
    around = plan.us >= 0 && sl_rng_below(&rng, 2);
    CHECK((task = sley_create_task(around ? within : waiter, &plan)) != NULL);
    CHECK(!cancels || canceller_begin(&canceller, task));
    word = sley_task_await(task);
    told = cancels && canceller_end(&canceller);
    CHECK_EQ(word, told ? -ECANCELED : WELL);
    sley_task_drop(task);
    for (int i = 0; i < MEMBERS; i++) {
        intptr_t end = sley_await(plan.futures[i]);

        CHECK(is_right(&plan, i, end) || (plan.form == WAIT_FOR && end == -ECANCELED));
        sley_future_drop(plan.futures[i]);
    }
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    sley_coro coros[AT_ONCE];

    (void)arg;
    for (int i = 0; i < AT_ONCE; i++)
        coros[i] = SLEY_CORO(once, NULL);
    for (long i = 0; i < rounds; i++)
        CHECK_EQ(sley_gather(NULL, AT_ONCE, coros, 0), 0);
    return 0;
}

TEST_PLAIN(waits_of_many_workers)
{
    each_workers(body);
}
