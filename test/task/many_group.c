/* Task groups whose children run, fail, spawn siblings and open groups of their own on other
 * workers, while the task that holds the group is cancelled, or a deadline passes, at any moment:
 * nobody is left when the group is, errors beat cancels, and a cancel that was told of is not
 * lost. */
#include "many.h"

enum { CHILDREN = 4, AT_ONCE = 3, ROUNDS = 400, FAILED = -1042, WELL = 1, SLOT = 4 };
enum { FAILS = 1, NESTS = 2, CLEANS = 4 };

static _Atomic long alive_of[AT_ONCE];

struct plan {
    intptr_t slot;
    bool sticky;     /* SLEY_TASK_GROUP, or enter and exit */
    bool gives_up;   /* sley_task_group_cancel, after a moment */
    bool body_fails;
    int64_t us;      /* a deadline around it, or negative */
    intptr_t children[CHILDREN];
    unsigned before; /* requests before the deadline was set: on one loop it may beat them */
};

static struct plan plans[AT_ONCE];

static intptr_t child(void *arg);

/* In a child: one more, who ends before it does. */
static intptr_t nested(intptr_t slot)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    SLEY_TASK_GROUP(&group)
    {
        int rc = sley_task_group_create_task(&group, child, (void *)(slot << SLOT));

        EXPECT(rc == 0 || rc == -SLEY_EFINISHED);
    }
    return group.rc;
}

static intptr_t child(void *arg)
{
    intptr_t what = (intptr_t)arg, slot = what >> SLOT, rc;
    struct sl_rng rng = own_rng();

    atomic_fetch_add(&alive_of[slot], 1);
    if ((rc = linger(&rng)) == 0)
        rc = what & NESTS ? nested(slot) : linger(&rng);
    if (rc < 0 && what & CLEANS) {
        SLEY_SHIELD
        EXPECT_EQ(sley_sleep(sley_us(sl_rng_below(&rng, 30))), 0);
    }
    atomic_fetch_sub(&alive_of[slot], 1);
    if (rc == 0 && what & FAILS)
        return sley_raise(FAILED, "child of group %d", (int)slot);
    return rc;
}

static intptr_t in_the_block(const struct plan *plan, sley_task_group *group)
{
    struct sl_rng rng = own_rng();
    intptr_t rc = 0;

    for (int i = 0; i < CHILDREN && rc == 0; i++) {
        rc = sley_task_group_create_task(group, child, (void *)plan->children[i]);
        EXPECT(rc == 0 || rc == -SLEY_EFINISHED); /* it is aborting */
        if (rc == 0)
            rc = linger(&rng);
    }
    if (plan->gives_up)
        sley_task_group_cancel(group);
    if (rc == 0 && plan->body_fails)
        rc = sley_raise(FAILED, "the block");
    return rc == -SLEY_EFINISHED ? 0 : rc;
}

static intptr_t with_edges(const struct plan *plan)
{
    sley_task_group group;
    intptr_t rc;

    CHECK_EQ(sley_task_group_enter(&group), 0);
    rc = sley_task_group_exit(&group, in_the_block(plan, &group));
    EXPECT_EQ(atomic_load(&alive_of[plan->slot]), 0);
    return rc;
}

static intptr_t with_a_scope(const struct plan *plan)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    intptr_t rc = 0;

    SLEY_TASK_GROUP(&group)
    {
        rc = in_the_block(plan, &group);
    }
    EXPECT_EQ(atomic_load(&alive_of[plan->slot]), 0);
    if (group.rc < 0)
        return group.rc;
    return rc == -ECANCELED ? rc : 0; /* asked before it entered, which the macro cannot see */
}

static intptr_t holds(void *arg)
{
    struct plan *plan = arg;
    bool many_fail = plan->body_fails;
    sley_timeout limit;
    intptr_t rc;

    for (int i = 0; i < CHILDREN; i++)
        many_fail |= plan->children[i] & FAILS;
    if (plan->us >= 0) {
        CHECK_EQ(sley_timeout_enter(&limit, sley_us(plan->us)), 0);
        plan->before = sley_task_cancelling(sley_current_task());
    }
    rc = plan->sticky ? with_a_scope(plan) : with_edges(plan);
    if (rc == -SLEY_EGROUP) {
        CHECK(many_fail);
        CHECK_EQ(sley_error_code(sley_error_detail()), -SLEY_EGROUP);
        CHECK(sley_error_count(sley_error_detail()) >= 1);
        CHECK(sley_error_count(sley_error_detail()) <= CHILDREN + 1);
    }
    if (plan->us >= 0) {
        rc = sley_timeout_exit(&limit, rc);
        CHECK(rc != -SLEY_ETIMEOUT || sley_timeout_expired(&limit));
        rc = rc == -SLEY_ETIMEOUT ? 0 : rc;
    }
    return rc ? rc : WELL;
}

static void make_plan(struct plan *plan, struct sl_rng *rng, intptr_t slot)
{
    *plan = (struct plan){
        .slot = slot,
        .sticky = sl_rng_below(rng, 2),
        .gives_up = sl_rng_below(rng, 8) == 0,
        .body_fails = sl_rng_below(rng, 10) == 0,
        .us = sl_rng_below(rng, 4) ? -1 : (int64_t)sl_rng_below(rng, 60),
    };
    for (int i = 0; i < CHILDREN; i++)
        plan->children[i] = slot << SLOT | (sl_rng_below(rng, 10) == 0) * FAILS |
                            (sl_rng_below(rng, 4) == 0) * NESTS |
                            (sl_rng_below(rng, 4) == 0) * CLEANS;
}

/* Errors beat a cancel; what was told of is asked again then, or meets the next suspension. */
static intptr_t once(void *arg)
{
    struct sl_rng rng = own_rng();
    struct plan *plan = &plans[(intptr_t)arg];
    bool cancels = sl_rng_below(&rng, 2), told;
    struct canceller canceller;
    sley_task *task;
    intptr_t word;

    make_plan(plan, &rng, (intptr_t)arg);
    CHECK((task = sley_create_task(holds, plan)) != NULL);
    CHECK(!cancels || canceller_begin(&canceller, task));
    word = sley_task_await(task);
    told = cancels && canceller_end(&canceller);
    CHECK_EQ(atomic_load(&alive_of[plan->slot]), 0);
    if (word != -SLEY_EGROUP && !(word == WELL && plan->before && sley_worker_count() == 1))
        CHECK_EQ(word, told ? -ECANCELED : WELL);
    /* One that was not told of may have been counted as the task ended. */
    CHECK(sley_task_cancelling(task) == 1 || !told);
    sley_task_drop(task);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);
    sley_coro coros[AT_ONCE];

    (void)arg;
    for (intptr_t i = 0; i < AT_ONCE; i++)
        coros[i] = SLEY_CORO(once, (void *)i);
    for (long i = 0; i < rounds; i++) {
        CHECK_EQ(sley_gather(NULL, AT_ONCE, coros, 0), 0);
        while (sley_all_tasks(NULL, 0) > 1)
            CHECK_EQ(sley_yield(), 0);
    }
    return 0;
}

TEST_PLAIN(groups_of_many_workers)
{
    each_workers(body);
}
